//! Only `org.openedx` has a fixed list of subdomains. Other organizations choose theirs, and subjects may have several
//! segments.

use openedx_events::prelude::*;

/// Sent when an order was paid.
#[event(type = "com.example.shop.order.paid.v1")]
pub struct OrderPaid {
    /// Number of the order.
    pub number: i64,
}

/// Sent when a page was shown.
#[event(type = "io.github.someone.stats.web.page.view.shown.v1")]
pub struct PageViewShown {
    /// Path of the page.
    pub path: String,
}

/// Sent when an attempt is waiting.
#[event(type = "org.openedx.learning.idv_attempt.pending.v1")]
pub struct IDVAttemptPending {
    /// Number of the attempt.
    pub attempt: i64,
}

fn main() {
    for (event_type, name) in [
        (ORDER_PAID.event_type(), ORDER_PAID.definition().name()),
        (PAGE_VIEW_SHOWN.event_type(), PAGE_VIEW_SHOWN.definition().name()),
        (
            IDV_ATTEMPT_PENDING.event_type(),
            IDV_ATTEMPT_PENDING.definition().name(),
        ),
    ] {
        let name = name.to_lowercase();
        assert!(
            event_type.replace('.', "_").ends_with(&format!("{name}_v1")),
            "{event_type} {name}"
        );
    }
}
