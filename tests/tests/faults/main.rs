//! Fault tests. Each keeps a ledger that must balance: every event that the bus accepted is handled at least once, becomes a
//! dead letter, is reported as lost, or was lost by the server itself.
//!
//! Producers and consumers are separate processes. `FAULTS_EVENTS` sets the number of events of the large tests;
//! `tests/all/faults.sh` and `tests/all/soak.sh` run them at scale.

mod consumers;
mod ledger;
mod losses;
mod poison;
mod process;
mod processes;
mod proxy;
mod receivers;
mod scale;
mod scenario;
mod sentinel;
mod server;
mod signals;
mod stream;
mod trimming;

#[allow(unreachable_pub, reason = "the programs share this module")]
#[path = "../../src/bin/fault/mod.rs"]
mod fault;
