//! A fast part of the interop tests on Kafka, with one release of the Python implementation and a registry in this process.
//! `main.rs` tests all of them.

#[allow(dead_code, reason = "three test programs share this module")]
#[path = "../interop/differences.rs"]
mod differences;
#[allow(dead_code, reason = "two test programs share this module")]
mod expected;
#[path = "../interop/installed.rs"]
mod installed;
#[allow(dead_code, reason = "two test programs share this module")]
mod keys;
mod moved;
#[allow(dead_code, reason = "three test programs share this module")]
#[path = "../interop/process.rs"]
mod process;
mod python;
mod round_trips;
#[allow(dead_code, reason = "three test programs share this module")]
#[path = "../interop/rust.rs"]
mod rust;
#[allow(dead_code, reason = "two test programs share this module")]
mod servers;

use std::cell::Cell;

use openedx_events_tests::{golden::all_vectors, schema_registry::Keeps};

use crate::{
    python::{Python, each},
    round_trips::{python_to_rust, rust_to_python},
    servers::with_our_registry,
};

/// Calls `test` with one of the installed releases.
fn with_one(test: impl Fn(&Python)) {
    let is_done = Cell::new(false);
    each(|python| {
        if !is_done.replace(true) {
            test(python);
        }
    });
}

#[test]
fn each_side_reads_all_events_of_the_other() {
    let vectors = all_vectors();
    with_one(|python| {
        let Some((servers, _registry)) = with_our_registry(Keeps::Canonical) else { return };
        python_to_rust(python, &servers, &vectors);
        rust_to_python(python, &servers, &vectors);
    });
}

#[test]
fn a_group_moves_from_python_to_rust_and_back() {
    with_one(moved::to_rust_and_back);
}
