//! Tests the conformance suite: a bus that breaks a promise must fail the cases about that promise.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    conformance::{self, Harness},
    event_bus::{
        BusError, Capability, Cursor, Entry, EntryId, EventBus, EventBusConsumer, EventBusProducer, Failure,
        Lag, MemoryBus, Operations, Page, Polled, Start, Subscription, Waker,
    },
};
use openedx_events_tests::pass_on_operations;

/// Cases that pass whatever the fault.
const UNAFFECTED: [&str; 4] = [
    "a_message_arrives_as_it_was_sent",
    "only_failed_receivers_run_again",
    "unknown_types_can_be_skipped",
    "absent_headers_have_defaults",
];

macro_rules! broken {
    ($($test:ident: $fault:ident fails $($case:ident)+;)+) => {$(
        #[test]
        fn $test() {
            let expected = [$(stringify!($case)),+];
            let failed = failures(Fault::$fault, &[&expected[..], &UNAFFECTED].concat());
            assert_eq!(failed, expected);
        }
    )+};
}

broken! {
    a_bus_that_acknowledges_early: AcknowledgesEarly fails
        a_message_is_acknowledged_only_after_it_was_handled
        an_entry_that_crashes_its_member_is_dead_lettered
        a_failure_can_stop_the_consumer
        a_batch_is_acknowledged_only_after_it_was_handled
        a_crash_before_a_batch_is_handled_loses_no_message;
    a_bus_that_loses_entries_on_a_restart: LosesOnRestart fails
        unfinished_entries_come_first
        unfinished_entries_run_at_the_same_time
        an_entry_that_was_tried_is_delivered_alone
        attempts_survive_a_restart
        a_stop_does_not_count_as_an_attempt
        a_crash_before_a_batch_is_handled_loses_no_message;
    a_bus_that_skips_entries_on_a_restart: SkipsOnRestart fails
        an_existing_group_continues;
    a_bus_with_the_wrong_order: WrongOrder fails
        topics_are_separate
        no_message_overtakes_a_retry
        messages_without_key_run_one_after_another
        messages_come_in_full_batches_and_in_order
        a_pause_for_another_receiver_keeps_the_order_of_a_batch;
    a_bus_that_forgets_attempts: ForgetsAttempts fails
        an_entry_that_crashes_its_member_is_dead_lettered
        attempts_survive_a_restart;
    a_bus_that_delivers_twice: DeliversTwice fails
        a_group_handles_each_message_once;
    a_bus_that_never_claims: NeverClaims fails
        entries_of_a_crashed_member_are_claimed;
    a_bus_that_takes_entries_from_the_living: TakesFromTheLiving fails
        claims_are_renewed_while_receivers_run
        a_running_member_keeps_its_entries_from_another_of_its_name;
    a_bus_that_ignores_holds: IgnoresHolds fails
        an_entry_that_crashes_its_member_is_dead_lettered
        attempts_survive_a_restart
        claims_are_renewed_while_receivers_run
        claims_are_renewed_while_messages_wait_for_a_retry
        claims_are_renewed_during_a_pause;
    a_bus_that_never_lowers_attempts: NeverLowersAttempts fails
        an_unavailable_receiver_costs_no_attempt_and_keeps_the_order
        a_stop_during_a_pause_takes_no_time_and_no_attempt
        a_crash_during_a_pause_counts_no_attempt
        a_pause_for_another_receiver_keeps_the_order_of_a_batch;
    a_bus_that_drops_dead_letters: DropsDeadLetters fails
        a_dead_letter_records_the_failure
        undecodable_data_is_dead_lettered
        a_failed_replay_keeps_the_dead_letter
        only_the_messages_to_blame_are_dead_lettered;
    a_bus_that_keeps_all_dead_letters: KeepsAllDeadLetters fails
        the_number_of_dead_letters_is_limited
        the_age_of_dead_letters_is_limited;
    a_bus_that_hides_losses: HidesLosses fails
        trimmed_unread_entries_are_reported_as_lost
        trimmed_unread_entries_are_counted
        trimmed_pending_entries_are_reported_as_lost
        entries_trimmed_after_a_move_are_reported_as_lost;
    a_bus_that_loses_entries_when_a_member_leaves: LosesOnClose fails
        a_member_that_leaves_returns_its_entries;
    a_bus_that_loses_revoked_entries: LosesRevoked fails
        revoked_entries_are_delivered_again;
    a_bus_that_ignores_the_start: IgnoresStart fails
        a_group_can_start_after_an_entry
        a_group_can_start_at_a_time
        an_existing_group_refuses_to_start_after_an_entry
        an_existing_group_refuses_to_start_at_a_time;
    a_bus_that_ignores_the_end: IgnoresEnd fails
        a_window_of_time_is_handled_and_ends_the_consumer
        messages_after_the_window_stay_with_the_group;
    a_bus_that_ignores_the_place_of_a_move: IgnoresSeek fails
        a_group_that_starts_in_the_future_gets_the_next_message
        seek_moves_a_group
        seek_moves_a_group_after_an_entry
        seek_moves_a_group_to_a_time;
    a_bus_that_reads_from_the_beginning: IgnoresCursor fails
        a_topic_is_read_in_pages
        a_reader_can_begin_at_the_end
        a_reader_can_begin_after_an_entry
        a_reader_can_begin_at_a_time;
    a_bus_that_counts_wrongly: CountsWrongly fails
        the_lag_of_a_group_is_counted;
}

/// The promise that a bus breaks.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Acknowledges entries when it delivers them.
    AcknowledgesEarly,
    /// Acknowledges the pending entries of a member that restarts.
    LosesOnRestart,
    /// Moves the group of a member that restarts to new messages, as Python's consumer does.
    SkipsOnRestart,
    /// Delivers entries in reverse order.
    WrongOrder,
    /// Counts each delivery as the first.
    ForgetsAttempts,
    /// Delivers entries again after they were acknowledged.
    DeliversTwice,
    /// Never hands the entries of a crashed member to another.
    NeverClaims,
    /// Hands the entries of a member to another one of the same name.
    TakesFromTheLiving,
    /// Neither renews claims nor stores attempts.
    IgnoresHolds,
    /// Stores a number of attempts only if it is higher than the stored one.
    NeverLowersAttempts,
    /// Acknowledges dead letters without storing them.
    DropsDeadLetters,
    /// Never drops a dead letter.
    KeepsAllDeadLetters,
    /// Does not report entries that were trimmed.
    HidesLosses,
    /// Acknowledges the entries of a member when it leaves.
    LosesOnClose,
    /// Acknowledges entries when it revokes them.
    LosesRevoked,
    /// Accepts a start after an entry or at a time for an existing group, and starts elsewhere.
    IgnoresStart,
    /// Delivers entries after the end of a member's work.
    IgnoresEnd,
    /// Moves groups to the beginning.
    IgnoresSeek,
    /// Begins to read at the beginning, and reads small pages again and again.
    IgnoresCursor,
    /// Counts entries that the group has read.
    CountsWrongly,
    /// Breaks no promise.
    Nothing,
}

#[test]
fn a_bus_that_revokes_entries_can_pass() {
    assert_eq!(
        failures(Fault::Nothing, &["revoked_entries_are_delivered_again", "unfinished_entries_come_first"]),
        [""; 0]
    );
}

/// A memory bus with a fault. It can revoke entries.
#[derive(Clone)]
struct Broken {
    bus: MemoryBus,
    fault: Fault,
    /// The groups whose entries are revoked at the next poll, by topic.
    revoked: Arc<Mutex<HashSet<String>>>,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        Self { bus: MemoryBus::new(), fault, revoked: Arc::default() }
    }
}

/// Runs the cases at the same time. Returns the names of those that failed, in order.
fn failures<'a>(fault: Fault, cases: &[&'a str]) -> Vec<&'a str> {
    let harness: Arc<dyn Harness> = Arc::new(Broken::new(fault));
    thread::scope(|scope| {
        let runs: Vec<_> =
            cases.iter().map(|case| (*case, scope.spawn(|| conformance::run(case, &harness)))).collect();
        let failed = runs.into_iter().filter_map(|(case, run)| {
            let panic = run.join().err()?;
            let message: &str = panic.downcast_ref::<String>().map_or("", String::as_str);
            assert!(message.lines().count() < 8 && message.len() < 1000, "{case} fails with a long message");
            Some(case)
        });
        failed.collect()
    })
}

impl Harness for Broken {
    fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(self.clone())
    }

    fn trim(&self, topic: &str, max_len: usize) {
        self.bus.trim(topic, max_len);
    }

    fn revoke(&self, topic: &str, _: &str) {
        self.revoked.lock().unwrap().insert(topic.to_owned());
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(6)
    }
}

impl EventBus for Broken {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        self.bus.producer()
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        let mut subscription = subscription.clone();
        match self.fault {
            Fault::NeverClaims => subscription.claim_older_than = Duration::MAX,
            Fault::TakesFromTheLiving => subscription.receiver_timeout = Duration::ZERO,
            Fault::KeepsAllDeadLetters => {
                subscription.dead_letter_max_age = Duration::MAX;
                subscription.dead_letter_max_len = u64::MAX;
            }
            Fault::IgnoresEnd => subscription.until = None,
            Fault::IgnoresStart if subscription.start.needs_new_group() => {
                subscription.start = Start::New;
            }
            _ => {}
        }
        let revoking =
            Revoking { bus: self.clone(), subscription: subscription.clone(), in_hand: Vec::new() };
        let Subscription { topic, group, consumer_name, .. } = &subscription;
        let mut operations = self.bus.operations()?;
        let mut inner = self.bus.consumer(&subscription)?;
        if self.fault == Fault::LosesOnRestart {
            let pending = operations.pending(topic, group, None, usize::MAX).unwrap_or_default();
            let own = pending.into_iter().filter(|pending| pending.consumer_name == *consumer_name);
            let ids: Vec<_> = own.map(|pending| pending.id).collect();
            inner.poll(&ids, 0, Duration::ZERO)?;
        }
        if self.fault == Fault::SkipsOnRestart && subscription.start == Start::New {
            operations.seek(topic, group, &Start::New)?;
        }
        let (delivered, repeated, again) = Default::default();
        Ok(Box::new(BrokenConsumer { inner, fault: self.fault, delivered, repeated, again, revoking }))
    }

    fn can(&self, capability: Capability) -> bool {
        capability == Capability::RevokeEntries || self.bus.can(capability)
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(BrokenOperations { inner: self.bus.operations()?, fault: self.fault }))
    }
}

struct BrokenOperations {
    inner: Box<dyn Operations>,
    fault: Fault,
}

impl Operations for BrokenOperations {
    pass_on_operations!(ping topics groups pending set_replaying replaying drop_dead_letters replace_dead_letter);

    fn cursor(&mut self, topic: &str, at: &Start) -> Result<Cursor, BusError> {
        let at = if self.fault == Fault::IgnoresCursor { &Start::Backlog } else { at };
        self.inner.cursor(topic, at)
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError> {
        let mut page = self.inner.read(topic, cursor, max)?;
        if self.fault == Fault::IgnoresCursor && max < 3 {
            page.next = cursor.clone();
        }
        Ok(page)
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        let mut lags = self.inner.lag(topic, group)?;
        if self.fault == Fault::CountsWrongly {
            for lag in &mut lags {
                lag.count += 1;
            }
        }
        Ok(lags)
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let to = if self.fault == Fault::IgnoresSeek { &Start::Backlog } else { to };
        self.inner.seek(topic, group, to)
    }
}

struct BrokenConsumer {
    inner: Box<dyn EventBusConsumer>,
    fault: Fault,
    /// For [`Fault::DeliversTwice`]: entries that were delivered once and are not acknowledged.
    delivered: Vec<Entry>,
    /// Entries that the next empty poll delivers again.
    again: Vec<Entry>,
    /// Entries that were delivered again, or will be.
    repeated: HashSet<EntryId>,
    revoking: Revoking,
}

/// Revokes the entries of a member: the memory bus delivers them again to the next member with the same name.
struct Revoking {
    bus: Broken,
    subscription: Subscription,
    /// The entries that were delivered and not acknowledged.
    in_hand: Vec<EntryId>,
}

impl Revoking {
    /// Returns the revoked entries, if the harness asks for that.
    fn revoke(
        &mut self,
        inner: &mut Box<dyn EventBusConsumer>,
        acknowledged: &[EntryId],
    ) -> Result<Vec<EntryId>, BusError> {
        if !self.bus.revoked.lock().unwrap().remove(&self.subscription.topic) {
            self.in_hand.retain(|id| !acknowledged.contains(id));
            return Ok(Vec::new());
        }
        let revoked = std::mem::take(&mut self.in_hand);
        if self.bus.fault == Fault::LosesRevoked {
            inner.poll(&revoked, 0, Duration::ZERO)?;
        }
        // The former member is gone before the next one joins.
        *inner = Box::new(Gone);
        *inner = self.bus.bus.consumer(&self.subscription)?;
        Ok(revoked)
    }
}

/// Replaces a member that left. Every call is a mistake.
struct Gone;

impl EventBusConsumer for Gone {
    fn poll(&mut self, _: &[EntryId], _: usize, _: Duration) -> Result<Polled, BusError> {
        Err(BusError::permanent("the member left"))
    }

    fn hold(&mut self, _: &[(EntryId, u32)]) -> Result<(), BusError> {
        Err(BusError::permanent("the member left"))
    }

    fn dead_letter(&mut self, _: &Entry, _: &Failure) -> Result<(), BusError> {
        Err(BusError::permanent("the member left"))
    }
}

impl BrokenConsumer {
    /// Delivers each acknowledged entry once more.
    fn deliver_twice(&mut self, acknowledged: &[EntryId], polled: &mut Polled) {
        for id in acknowledged {
            let index = self.delivered.iter().position(|entry| entry.id == *id);
            if let Some(entry) = index.map(|index| self.delivered.swap_remove(index))
                && self.repeated.insert(entry.id.clone())
            {
                self.again.push(entry);
            }
        }
        self.delivered.extend(polled.entries.iter().cloned());
        if polled.entries.is_empty() {
            polled.entries.append(&mut self.again);
        }
    }
}

impl EventBusConsumer for BrokenConsumer {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let revoked = self.revoking.revoke(&mut self.inner, acknowledge)?;
        let acknowledge: &[_] = if revoked.is_empty() { acknowledge } else { &[] };
        let mut polled = self.inner.poll(acknowledge, max, wait)?;
        self.revoking.in_hand.extend(polled.entries.iter().map(|entry| entry.id.clone()));
        polled.revoked = revoked;
        match self.fault {
            Fault::AcknowledgesEarly => {
                let ids: Vec<_> = polled.entries.iter().map(|entry| entry.id.clone()).collect();
                self.inner.poll(&ids, 0, Duration::ZERO)?;
            }
            Fault::WrongOrder => polled.entries.reverse(),
            Fault::ForgetsAttempts => polled.entries.iter_mut().for_each(|entry| entry.attempt = 1),
            Fault::DeliversTwice if max > 0 => self.deliver_twice(acknowledge, &mut polled),
            Fault::HidesLosses => polled.lost.clear(),
            _ => {}
        }
        Ok(polled)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        match self.fault {
            Fault::IgnoresHolds => Ok(()),
            Fault::NeverLowersAttempts => {
                let Subscription { topic, group, .. } = &self.revoking.subscription;
                let mut operations = self.revoking.bus.bus.operations()?;
                let stored = operations.pending(topic, group, None, usize::MAX)?;
                let most = |id: &EntryId, attempts: u32| {
                    let known = stored.iter().find(|pending| pending.id == *id);
                    known.map_or(attempts, |pending| pending.attempts.max(attempts))
                };
                let entries = entries.iter().map(|(id, attempts)| (id.clone(), most(id, *attempts)));
                self.inner.hold(&entries.collect::<Vec<_>>())
            }
            _ => self.inner.hold(entries),
        }
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        match self.fault {
            Fault::DropsDeadLetters => {
                self.inner.poll(std::slice::from_ref(&entry.id), 0, Duration::ZERO).map(drop)
            }
            _ => self.inner.dead_letter(entry, failure),
        }
    }

    fn close(&mut self, deadline: Instant) -> Result<(), BusError> {
        if self.fault == Fault::LosesOnClose {
            self.inner.poll(&self.revoking.in_hand, 0, Duration::ZERO)?;
        }
        self.inner.close(deadline)
    }

    fn waker(&self) -> Option<Waker> {
        self.inner.waker()
    }
}
