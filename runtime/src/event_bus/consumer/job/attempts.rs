//! The attempts at a message: which count, which of them the broker must know, and tries that do not count.

use super::Job;
use crate::receiver::FullName;

/// Why a message waits for the end of a pause.
pub(super) struct Hold {
    /// The receivers that could not work in the last attempt.
    receivers: Vec<FullName>,
    /// The receiver that the next attempt only tries, to see whether it works again. Such an attempt does not count.
    probed: Option<FullName>,
}

impl Job {
    /// Returns whether the broker must learn of the next attempt before a lane takes the message.
    pub(in crate::event_bus::consumer) fn must_be_stored(&self) -> bool {
        // A message that may wait for others, to form a batch, has not begun its attempt. One that failed is alone.
        self.attempt_must_be_stored() && !(self.has_only_batches && self.entry.attempt == 1)
    }

    /// Returns whether the broker must learn of the next attempt before it begins.
    ///
    /// Otherwise, a message that crashes the process again and again would never become a dead letter. The first attempt of a
    /// new message is not stored, because that would cost a call for each message: if it crashes the process, it does not
    /// count, unless it is the only attempt that the message has.
    pub(in crate::event_bus::consumer) fn attempt_must_be_stored(&self) -> bool {
        let counts = self.entry.is_redelivered || self.max_attempts == 1;
        counts && !self.is_stored && !self.is_probe() && self.entry.attempt <= self.max_attempts
    }

    /// Notes that the broker knows of the next attempt.
    pub(in crate::event_bus::consumer) fn stored(&mut self) {
        self.is_stored = true;
    }

    /// Continues with the next attempt, which the broker knows about.
    pub(in crate::event_bus::consumer) fn next_attempt(&mut self) {
        self.entry.attempt += 1;
        self.is_stored = true;
        self.hold = None;
    }

    /// Takes back an attempt that has not begun.
    pub(in crate::event_bus::consumer) fn not_begun(&mut self) {
        self.is_stored = false;
    }

    /// Takes the last attempt back, because these receivers could not work: it does not count. If the broker knew of it, it must learn
    /// of it again.
    pub(in crate::event_bus::consumer) fn hold(&mut self, receivers: Vec<FullName>) {
        self.entry.is_redelivered |= self.entry.attempt > 1;
        self.is_stored = false;
        self.hold = Some(Box::new(Hold { receivers, probed: None }));
    }

    /// Returns whether the message waits until this receiver works again.
    pub(in crate::event_bus::consumer) fn is_held_by(&self, receiver: FullName) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.receivers.contains(&receiver))
    }

    /// Makes the next attempt one that tries this receiver, and does not count. No other receiver runs: they may have to wait for
    /// earlier messages, or have failed for a reason of their own.
    pub(in crate::event_bus::consumer) fn probe(&mut self, receiver: FullName) {
        if let Some(hold) = &mut self.hold {
            hold.probed = Some(receiver);
        }
    }

    /// Returns the receiver that the next attempt only tries.
    pub(super) fn probed(&self) -> Option<FullName> {
        self.hold.as_ref()?.probed
    }

    pub(in crate::event_bus::consumer) fn is_probe(&self) -> bool {
        self.probed().is_some()
    }

    /// After a try, makes the next attempt run all receivers that are left.
    pub(in crate::event_bus::consumer) fn go_on(&mut self) {
        self.hold = None;
    }

    /// Returns the number of attempts that have begun while no lane runs the message.
    pub(in crate::event_bus::consumer) fn begun(&self) -> u32 {
        if self.is_stored { self.entry.attempt } else { self.entry.attempt.saturating_sub(1) }
    }
}
