//! Payloads and events of a library, which other crates send and receive.

#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    unused_qualifications,
    clippy::pedantic,
    clippy::derive_partial_eq_without_eq,
    clippy::missing_const_for_fn,
    warnings
)]

pub mod bare;
pub mod derived;
pub mod loans;
