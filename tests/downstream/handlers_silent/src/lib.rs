//! A receiver in a crate that the service depends on but does not mention.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use events::loans::LOAN_CREATED;
use openedx_events::receiver;

/// Runs only in programs that mention the crate.
#[receiver(LOAN_CREATED, order = -100)]
pub fn silent() {}
