//! Numbered examples, each a folder with one idea, and with the transcript of what it does:
//!
//! * `01_enrollment`: a service that enrolls learners, its receivers, and the bytes on the wire.
//! * `02_two_services`: a producer and a consumer, over the memory bus or Redis.
//! * `03_webhook`: a worker that posts events to a URL, whatever their types, with retries.
//! * `04_axum`: a web service on tokio that commits, then sends.
//!
//! `cargo run -p openedx-events-examples --example 01_enrollment`
