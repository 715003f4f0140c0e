//! Links two versions of a crate, which define the same event type, and prints the findings.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use events as _;
use events_next as _;
use openedx_events::registry;

fn main() {
    for finding in registry::findings() {
        println!("{finding}");
    }
    assert!(std::panic::catch_unwind(|| registry::events().len()).is_err());
}
