//! Fault tests of the bus on Kafka. Each keeps a ledger that must balance: every event that the bus accepted is handled at least
//! once, or becomes a dead letter, or is reported as lost.
//!
//! Producers and consumers are separate processes. `FAULTS_EVENTS` sets the number of events of the large tests;
//! `tests/all/kafka_faults.sh` runs them at scale.

mod broker;
mod consumers;
#[allow(dead_code, reason = "two test programs share this module")]
#[path = "../faults/ledger.rs"]
mod ledger;
mod mock;
#[allow(dead_code, reason = "two test programs share this module")]
#[path = "../faults/process.rs"]
mod process;
#[allow(dead_code, reason = "two test programs share this module")]
#[path = "../faults/processes.rs"]
mod processes;
mod registry;
mod scenario;
mod topics;

#[allow(unreachable_pub, reason = "the programs share this module")]
#[path = "../../src/bin/fault/mod.rs"]
mod fault;
