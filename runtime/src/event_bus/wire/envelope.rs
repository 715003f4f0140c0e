//! A message with its topic and key, ready to be sent.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::message::Message;

/// A message, the topic that it goes to, and the key that keeps related messages in order.
///
/// A clone shares the memory of the original.
#[derive(Clone)]
pub struct Envelope {
    /// The topic's full name, with the prefix.
    pub topic: Arc<str>,
    /// The key, for brokers that order messages by key.
    pub key: Option<PartitionKey>,
    /// The message.
    pub message: Message,
}

/// The value that decides the partition of a message, and the field of the event that it comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct PartitionKey {
    /// The path of the field, such as `enrollment.course.course_key`.
    pub field: Arc<str>,
    /// The Avro bytes of the field.
    pub value: Bytes,
}

/// Prints the field without its value, which is data of the event.
impl fmt::Debug for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartitionKey").field("field", &self.field).finish_non_exhaustive()
    }
}

impl Envelope {
    /// Returns about how many bytes of memory it takes.
    pub(in crate::event_bus) fn memory(&self) -> usize {
        size_of::<Self>() + self.key.as_ref().map_or(0, |key| key.value.len()) + self.message.memory()
    }
}

/// Prints everything except the key, which is data of the event.
impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, message, .. } = self;
        f.debug_struct("Envelope").field("topic", topic).field("message", message).finish_non_exhaustive()
    }
}
