//! The outcomes of calls of the bus, sorted by what to do with the messages.

use std::sync::Arc;

use super::super::backlog::{Queued, Ticket};
use crate::{
    error::chain,
    event_bus::{broker::BusError, budget::Permit, wire::Envelope},
};

/// The rest of the work after calls of the bus.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) calls: Vec<u64>,
    /// Messages that may succeed another time.
    pub(super) again: Vec<Queued>,
    pub(super) given_up: Vec<(Queued, BusError)>,
    /// The topics that the bus refuses.
    pub(super) refused: Vec<(Arc<str>, BusError)>,
    /// A topic that the bus does not refuse.
    pub(super) accepted: Option<Arc<str>>,
    /// Why the bus is down.
    pub(super) down: Option<String>,
    /// The room of the delivered messages. It is released in one step, so that waiting senders are woken once.
    pub(super) room: Option<Permit>,
}

impl Settled {
    pub(super) fn delivered(&mut self, envelope: &Envelope, permit: Permit) {
        self.accepted.get_or_insert_with(|| Arc::clone(&envelope.topic));
        match &mut self.room {
            Some(room) => room.join(permit),
            None => self.room = Some(permit),
        }
    }

    pub(super) fn failed(&mut self, envelope: &Envelope, ticket: Ticket, error: BusError) {
        let queued = Queued { envelope: envelope.clone(), ticket };
        if error.is_refused() {
            self.given_up.push((queued, error));
            return;
        }
        let topic = &queued.envelope.topic;
        if error.is_held_back() {
            // The error of the message before it says why.
        } else if error.is_transient() {
            self.down.get_or_insert_with(|| chain(&error));
        } else if !self.refused.iter().any(|(refused, _)| refused == topic) {
            self.refused.push((Arc::clone(topic), error));
        }
        self.again.push(queued);
    }
}
