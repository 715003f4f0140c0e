//! Receivers of a crate that stands in the manifest of the service and nowhere else.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use events::loans::LOAN_CREATED;
use openedx_events::receiver;

/// Runs in no program that does not mention the crate.
#[receiver(LOAN_CREATED, order = -100)]
pub fn silent() {}
