//! The bus on Apache Kafka: what it writes, what it registers, and why it fails.

mod delivering;
mod failures;
mod keys;
mod logins;
mod order;
mod registering;
mod support;
mod wire;
