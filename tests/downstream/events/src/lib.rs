//! Events of a library that lends books: payloads and events that other crates send and receive.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

pub mod bare;
pub mod derived;
pub mod facade;
pub mod from_macros;
pub mod loans;
pub mod raw;
pub mod scoped;
pub mod shadowed;
