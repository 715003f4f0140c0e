//! Mentions the crate that the service does not, and prints all receivers.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use handlers_silent as _;
use openedx_events::registry;

fn main() {
    for receiver in registry::receivers() {
        println!("{}::{}", receiver.module_path(), receiver.name());
    }
}
