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
    /// The Avro bytes of the event's key field, for brokers that order messages by key.
    pub key: Option<Bytes>,
    /// The message.
    pub message: Message,
}

impl Envelope {
    /// Returns about how many bytes of memory it takes.
    pub(in crate::event_bus) fn memory(&self) -> usize {
        size_of::<Self>() + self.key.as_ref().map_or(0, Bytes::len) + self.message.memory()
    }
}

/// Prints everything except the key, which is data of the event.
impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, message, .. } = self;
        f.debug_struct("Envelope").field("topic", topic).field("message", message).finish_non_exhaustive()
    }
}
