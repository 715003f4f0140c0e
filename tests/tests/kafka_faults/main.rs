//! Fault tests of the bus on Kafka. Each keeps a ledger that must balance: every event that the bus accepted is handled at least
//! once, becomes a dead letter, or is reported as lost.
//!
//! Producers and consumers are separate processes. The tests that take minutes are in `long.rs`; `tests/all/kafka_faults.sh` runs all.

mod consumers;
#[allow(dead_code, reason = "several test programs share this module")]
#[path = "../faults/ledger.rs"]
mod ledger;
#[allow(dead_code, reason = "several test programs share this module")]
#[path = "../faults/process.rs"]
mod process;
#[allow(dead_code, reason = "several test programs share this module")]
#[path = "../faults/processes.rs"]
mod processes;
#[allow(dead_code, unused_imports, reason = "two test programs share this module")]
mod scenario;
mod topics;

#[allow(unreachable_pub, reason = "the programs share this module")]
#[path = "../../src/bin/fault/mod.rs"]
mod fault;
