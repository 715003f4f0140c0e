//! Mentions the crate that the service only depends on, and prints the receivers of one event.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use handlers_silent as _;
use openedx_events::registry;

fn main() {
    for receiver in registry::receivers() {
        println!("{}::{}", receiver.module_path(), receiver.name());
    }
}
