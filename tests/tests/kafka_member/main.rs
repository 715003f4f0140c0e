//! The member of a group on Kafka, tested through its trait against a real server.

mod headers;
mod idle_partitions;
mod joining;
mod losses;
mod offsets;
mod rebalances;
mod retention;
mod schemas;
mod static_members;
mod support;
mod until;
