//! Numbered examples, each a folder with its program, its input and the transcript of its output:
//!
//! * `01_enrollment`: a service that enrolls learners, its receivers, and the bytes on the wire.
//! * `02_two_services`: a producer and a consumer, over the memory bus or Redis.
//!
//! `cargo run -p openedx-events-examples --example 01_enrollment`
