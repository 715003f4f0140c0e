//! Numbered examples. Each folder shows one idea and contains a transcript of its output:
//!
//! * `01_enrollment`: a service that enrolls learners, its receivers, and the bytes on the wire. It is a package of its own, which
//!   compiles only the core.
//! * `02_two_services`: a producer and a consumer, over the memory bus or Redis.
//! * `03_webhook`: a worker that posts events of chosen types to a URL, with retries.
//! * `04_axum`: a web service on tokio that commits a change, then sends the event, and also consumes, with one shutdown.
//! * `05_tracking`: a worker that forwards tracking events in batches, to a collector that goes away and comes back.
//! * `06_async`: async receivers with an HTTP client and a database. It is a package of its own, which compiles both.
//!
//! `cargo run -p first-example` runs the first, `cargo run -p async-example` the last, and
//! `cargo run -p openedx-events-examples --example 02_two_services` another.
