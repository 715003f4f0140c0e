//! Rust produces, Python consumes.

use openedx_events_tests::golden::all_vectors;

use crate::{python::each, round_trips::rust_to_python, servers::each_registry};

#[test]
fn rust_produces_and_python_consumes() {
    let vectors = all_vectors();
    each(|python| each_registry(|servers| rust_to_python(python, servers, &vectors)));
}
