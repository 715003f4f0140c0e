//! Payloads and events of a library, which other crates send and receive.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

pub mod bare;
pub mod derived;
pub mod loans;
