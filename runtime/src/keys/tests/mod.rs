//! What the stored cases of the Python library do not say: constructors, errors, and how keys behave as
//! values. That every text is read as in Python is the matter of `tests/tests/keys.rs`.

mod course;
mod library;
mod usage;
mod value;
