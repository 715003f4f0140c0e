//! Faults, and the books that have to balance in each: every event that a producer was told was accepted is handled at
//! least once, or is among the dead letters, or the server lost it itself.
//!
//! Producers and consumers are processes of their own. `FAULTS_EVENTS` says how many events the large tests send;
//! `tests/all/faults.sh` and `tests/all/soak.sh` run them at scale.

mod balance;
mod consumers;
mod office;
mod poison;
mod proxy;
mod receivers;
mod scale;
mod sentinel;
mod server;
mod staff;
mod stream;
mod trimming;

#[allow(unreachable_pub, reason = "the programs use it as it is")]
#[path = "../../src/bin/books/mod.rs"]
mod books;
