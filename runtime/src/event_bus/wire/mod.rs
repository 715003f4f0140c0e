//! The data that travels over a bus: a message with typed headers and Avro bytes, the envelope with its topic and key,
//! the entry that a broker makes of it, and the dead letter that it may become.
//!
//! Nothing in this folder depends on a broker, a setting or a receiver.

mod current;
pub(in crate::event_bus) mod dead_letter;
pub(in crate::event_bus) mod entry;
pub(in crate::event_bus) mod envelope;
pub(in crate::event_bus) mod message;
mod values;

pub use dead_letter::{DeadLetter, Failure};
pub use entry::{Entry, EntryId};
pub use envelope::{Envelope, PartitionKey};
pub use message::{Header, Message, MessageBuilder, UnusableMessage};
