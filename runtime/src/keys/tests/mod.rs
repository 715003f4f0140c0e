//! Tests of constructors, errors, and keys as values. `tests/tests/keys.rs` compares parsing with stored results of
//! Python's library.

mod course;
mod library;
mod usage;
mod value;
