//! Numbered examples, each a folder with its program, its input and the transcript of its output:
//!
//! * `01_enrollment`: a service that enrolls learners, its receivers, and the bytes on the wire.
//!
//! `cargo run -p openedx-events-examples --example 01_enrollment`
