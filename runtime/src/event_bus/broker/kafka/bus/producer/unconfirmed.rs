//! Messages that timed out while the client still had them. If one is sent again, the outcome of the first attempt decides
//! whether that is necessary.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::batch::Batch;
use crate::event_bus::wire::{Envelope, Message};

/// How long a message is remembered. Background delivery sends it again after a second, or after ten if its topic is refused.
const LONGEST: Duration = Duration::from_mins(1);

/// The messages that may still arrive.
#[derive(Default)]
pub(super) struct Unconfirmed(Mutex<Vec<Late>>);

struct Late {
    topic: Arc<str>,
    message: Message,
    place: Place,
    since: Instant,
}

/// The batch in which a message was given to the client, and its index there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) batch: Arc<Batch>,
    pub(super) index: usize,
}

impl Unconfirmed {
    /// Remembers messages.
    pub(super) fn add<'a>(&self, late: impl IntoIterator<Item = (&'a Envelope, Place)>) {
        let now = Instant::now();
        let late = late.into_iter().map(|(envelope, place)| Late {
            topic: Arc::clone(&envelope.topic),
            message: envelope.message.clone(),
            place,
            since: now,
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(late);
    }

    /// Removes the remembered ones from `envelopes`, and returns them with their indexes.
    pub(super) fn take(&self, envelopes: &[Envelope]) -> Vec<(usize, Place)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.is_empty() {
            return Vec::new();
        }
        all.retain(|late| late.since.elapsed() < LONGEST);
        let mut found = Vec::new();
        for (index, envelope) in envelopes.iter().enumerate() {
            let is_this = |late: &Late| late.topic == envelope.topic && late.message.is(&envelope.message);
            if let Some(position) = all.iter().position(is_this) {
                found.push((index, all.remove(position).place));
            }
        }
        found
    }
}
