//! Python produces, Rust consumes.

use openedx_events_tests::golden::all_vectors;

use crate::{python::each, round_trips::python_to_rust, servers::each_registry};

#[test]
fn python_produces_and_rust_consumes() {
    let vectors = all_vectors();
    each(|python| each_registry(|servers| python_to_rust(python, servers, &vectors)));
}
