//! The cases, one file per group. `crate::conformance` lists and describes them. A case uses the fixture and the public
//! interface of the event bus.

pub(super) mod batches;
pub(super) mod concurrency;
pub(super) mod dead_letters;
pub(super) mod delivery;
pub(super) mod groups;
pub(super) mod operations;
pub(super) mod options;
pub(super) mod pausing;
pub(super) mod producing;
pub(super) mod recovery;
pub(super) mod retry;
pub(super) mod stopping;
pub(super) mod trimming;
pub(super) mod unusable;
