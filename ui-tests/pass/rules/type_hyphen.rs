use openedx_events::prelude::*;

/// Sent when the redemption of a voucher was cancelled.
#[event(
    type = "org.openedx.enterprise.voucher.redemption-cancelled.v1",
    allow(type_hyphen, reason = "published under this name, and a type cannot change")
)]
pub struct VoucherRedemptionCancelled {
    /// Number of the voucher.
    pub voucher: i64,
}
