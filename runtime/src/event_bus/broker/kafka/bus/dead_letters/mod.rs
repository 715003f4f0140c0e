//! The dead letters of a group: records in a compacted topic of the group.
//!
//! ```text
//! topic    {topic}.dlq.{group}, one partition, compacted
//! key      the id of the entry, such as `3-1200`: the last record of a key is the dead letter
//! value    the value of the entry, unchanged; null removes the dead letter
//! headers  the headers of the entry, unchanged, and `dlq_…`
//! ```
//!
//! `topic` names and creates the topic, `encoding` makes the records, `writer` sends them, and `letters` reads them.

pub(super) mod encoding;
pub(super) mod letters;
pub(super) mod topic;
pub(super) mod writer;
