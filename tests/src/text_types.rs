//! Types that are strings on the wire.

use openedx_events::prelude::*;

/// How a place is paid for.
#[payload]
#[derive(Default, PartialOrd, Ord)]
pub enum Plan {
    /// Never.
    #[default]
    Audit,
    /// With a certificate.
    Verified,
    /// With a certificate, but without a check of the identity.
    #[payload(text = "no-id-professional")]
    NoIdProfessional,
    /// In another way.
    #[payload(other)]
    Other(String),
}

/// The number of an account, which may not fit a `long`.
#[payload(text)]
#[derive(Copy, Eq, Hash)]
pub struct Account(pub u128);
