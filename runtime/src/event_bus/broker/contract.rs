//! The traits that every bus implements.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{AuditLog, BusError, Capability, Operations, Subscription};
use crate::event_bus::wire::{Entry, EntryId, Envelope, Failure};

/// An event bus. Settings choose one by its name: `memory`, `redis`, `kafka`, or a name passed to
/// [`register`](crate::event_bus::register).
///
/// The [guide](crate::guide::writing_a_bus) shows a small bus, and the conformance suite checks every promise that is
/// documented here.
pub trait EventBus: Send + Sync {
    /// Returns the producer of this process.
    ///
    /// # Errors
    ///
    /// If the bus is not configured, or configured wrongly. A server that cannot be reached is not an error yet.
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError>;

    /// Returns a member of a consumer group. It joins the group at its first poll.
    ///
    /// # Errors
    ///
    /// If the bus is not configured, or configured wrongly. A server that cannot be reached is not an error yet.
    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError>;

    /// Returns the tools of operators.
    ///
    /// # Errors
    ///
    /// If the bus is not configured, or configured wrongly.
    fn operations(&self) -> Result<Box<dyn Operations>, BusError>;

    /// Returns whether this bus can do something: by default, everything except [`Capability::OrderByKey`],
    /// [`Capability::RevokeEntries`], [`Capability::StaticMembers`] and, because [`Operations::set_replaying`] remembers nothing by default,
    /// [`Capability::RememberReplays`]. Override it to declare what the bus lacks, or that it has one of these four.
    fn can(&self, capability: Capability) -> bool {
        capability.is_usual()
    }

    /// Returns the function that writes the audit log of this bus.
    ///
    /// A bus with a Python counterpart overrides this to add the field names that its operators know.
    fn audit_log(&self) -> AuditLog {
        |line| line.log()
    }

    /// Returns the span in which a consumer of this bus works.
    ///
    /// A bus with a Python counterpart overrides this to add the field names that its operators know.
    fn consumer_span(&self, subscription: &Subscription) -> tracing::Span {
        let Subscription { topic, group, consumer_name, .. } = subscription;
        tracing::info_span!("consumer", topic, group, consumer_name)
    }
}

/// Sends messages to a bus.
pub trait EventBusProducer: Send + Sync {
    /// Sends `envelopes` in order, and waits until the broker has confirmed each of them, or until `deadline`. Returns one
    /// outcome for each envelope, in order.
    ///
    /// A message whose outcome is an error may still have arrived: the connection can break after the broker stored it.
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>>;

    /// Sends `envelopes` in order, after the envelopes of earlier calls, and does not wait until the broker has confirmed them.
    /// Background delivery calls this, from one thread, and has several calls open at a time, so that the bus never waits for
    /// messages while it waits for a broker. By default, waits as [`send`](Self::send) does.
    ///
    /// If a message fails with an error that is not [refused](BusError::is_refused), it is sent again once all open calls have
    /// ended. A bus must not let later messages with its key overtake it, so it fails them as well, with
    /// [`BusError::held_back`].
    fn begin(&self, envelopes: &Arc<[Envelope]>, deadline: Instant) -> Begun {
        Begun::Settled(self.send(envelopes, deadline))
    }
}

/// The state of messages that [`EventBusProducer::begin`] sends.
pub enum Begun {
    /// There is one outcome for each envelope, in order.
    Settled(Vec<Result<EntryId, BusError>>),
    /// The bus has the messages.
    Open(Box<dyn OpenSend>),
}

/// Messages that a bus is sending.
pub trait OpenSend: Send {
    /// Waits until the broker has confirmed each message or it has failed, at most until `deadline`. Returns one outcome for each
    /// envelope, in order, and is not called again then. Returns `None` if messages are open: the bus goes on sending them.
    fn wait(&mut self, deadline: Instant) -> Option<Vec<Result<EntryId, BusError>>>;

    /// Returns why messages are open that should have been sent by now. If the reason is not
    /// [transient](BusError::is_transient), the messages are taken back.
    fn reason(&self) -> BusError;

    /// Takes back the open messages of this call and of later calls. They fail, and the next [`wait`](Self::wait) returns soon.
    /// A message may have arrived already.
    fn take_back(&mut self);
}

/// A member of a consumer group on one topic.
///
/// A broker hands each entry to one member, which keeps it until it acknowledges it, or until the broker
/// [revokes](Polled::revoked) it. If a member dies, another one receives
/// its entries; dropping a member without another call counts as its death. The broker stores how many attempts were begun for
/// each entry, so that an entry that crashes the process is noticed. Only [`hold`](Self::hold) changes that number: a delivery
/// is not an attempt.
pub trait EventBusConsumer: Send {
    /// Acknowledges the entries in `acknowledge`, then returns at most `max` entries in the order of the topic. Waits at most
    /// `wait` for the first one; a wait that ends earlier costs only another poll. A consumer polls at least every few seconds, with
    /// 0 as `max` while it has no room, so that the broker can tell a busy member from a dead one.
    ///
    /// Entries that were delivered before, to an earlier member of the same name or to a dead one, come before new entries, and are
    /// [marked](Entry::is_redelivered). Those whose stored number of attempts is not 0 come alone: one of them may be the entry
    /// that ended a process.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached. The entries in `acknowledge` may or may not be acknowledged then; the caller passes
    /// them again.
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError>;

    /// Begins to read at most `max` new entries, and does not wait for them: the next [`poll`](Self::poll) returns them, and no
    /// others. Returns how many may come, at most `max`. A consumer calls it after a poll that brought as many entries as it
    /// asked for, so that the broker works while receivers do. Other calls may come before that poll, whose `max` is at least the
    /// number that was returned. From then on the entries are this member's, as after a poll.
    ///
    /// By default, reads nothing and returns 0: a bus whose client reads ahead by itself, or that does not wait for a broker,
    /// gains nothing.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached.
    fn read_ahead(&mut self, max: usize) -> Result<usize, BusError> {
        let _ = max;
        Ok(0)
    }

    /// Renews the claim of this member on `entries`, and stores the number of attempts begun for each. Storing a number again
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached.
    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError>;

    /// Stores an entry among the group's dead letters, then acknowledges it. If the group has too many dead letters or too
    /// old ones, drops those and logs an error that says `dead letters were dropped`.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached; the entry stays with this member.
    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError>;

    /// Leaves the group in an orderly way, at most until `deadline`: sends what is not sent yet, and lets other members take the
    /// entries that were handed out and not acknowledged. A consumer calls it once, when it ends for any reason, and then drops
    /// the member. By default, does nothing: a bus may do the same when the member is dropped.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached in time. Entries that were acknowledged may then be delivered again.
    fn close(&mut self, deadline: Instant) -> Result<(), BusError> {
        let _ = deadline;
        Ok(())
    }

    /// Returns a warning if the topic may soon drop entries that the group has not read. A consumer asks every few seconds while
    /// it is paused. By default, returns none.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached.
    fn at_risk(&mut self) -> Result<Option<String>, BusError> {
        Ok(None)
    }

    /// Returns a function that ends a [`poll`](Self::poll) on another thread early, if the bus supports that.
    fn waker(&self) -> Option<Waker> {
        None
    }
}

/// Ends the wait of an [`EventBusConsumer::poll`].
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// The result of an [`EventBusConsumer::poll`].
#[derive(Debug, Default)]
pub struct Polled {
    /// Entries to handle, in order.
    pub entries: Vec<Entry>,
    /// Entries that the broker dropped before they were acknowledged. The next call of the consumer tells the bus that they
    /// were reported: a bus that loses its connection before that, or whose process dies, must report them again.
    pub lost: Vec<Lost>,
    /// Entries that other members handle from now on, because the broker took their partitions away. A consumer drops those
    /// that it has not begun, and does not acknowledge those that are running when they end. An entry that comes back under the
    /// same id, even in `entries` of the same poll, is another delivery.
    pub revoked: Vec<EntryId>,
    /// Whether the group has received all entries that were stored before [`until`](Subscription::until). Entries that other members
    /// have stay with them.
    pub is_done: bool,
    /// Warnings for the operator, such as a group that had to be created again.
    pub notes: Vec<String>,
}

/// Entries that the broker dropped before they were acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Entries that a member had received and not acknowledged. They may have been handled.
    Pending(Vec<EntryId>),
    /// Entries that no member had received: those after one id and before another. Without a number, it is not certain
    /// that there were any.
    Unread {
        /// The last entry that the group had read.
        after: EntryId,
        /// The oldest entry in the topic, if there is one.
        before: Option<EntryId>,
        /// The number of lost entries, if the bus knows it.
        count: Option<u64>,
    },
}
