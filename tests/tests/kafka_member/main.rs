//! The member of a group on Kafka, tested through its trait against a real server.

mod joining;
mod losses;
mod offsets;
mod rebalances;
mod schemas;
mod support;
