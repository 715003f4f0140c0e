//! Fault tests of the bus on Kafka that take long: servers are away, and many events. `FAULTS_EVENTS` sets the number of events of the
//! large ones, and `FAULTS_OUTAGE` how long servers are away.

mod broker;
#[allow(dead_code, reason = "several test programs share this module")]
#[path = "../faults/ledger.rs"]
mod ledger;
mod mock;
#[allow(dead_code, reason = "several test programs share this module")]
#[path = "../faults/process.rs"]
mod process;
#[allow(dead_code, reason = "several test programs share this module")]
#[path = "../faults/processes.rs"]
mod processes;
mod registry;
mod scale;
mod scenario;

#[allow(unreachable_pub, reason = "the programs share this module")]
#[path = "../../src/bin/fault/mod.rs"]
mod fault;
