//! A test suite for event buses: each case checks one promise of the traits in [`event_bus`](crate::event_bus).
//!
//! An author of a bus writes a [`Harness`], which provides the bus, and a test file that calls a macro. The file should contain
//! nothing else, because cases connect receivers and install buses for the whole process:
//!
//! ```no_run
//! // In tests/conformance.rs, with
//! // openedx-events = { version = "…", features = ["conformance"] }
//! // among the `[dev-dependencies]`.
//! use std::sync::Arc;
//!
//! use openedx_events::{
//!     conformance::Harness,
//!     conformance_tests,
//!     event_bus::{EventBus, MemoryBus}, // your bus instead
//! };
//!
//! struct Memory(MemoryBus);
//!
//! impl Harness for Memory {
//!     fn bus(&self) -> Arc<dyn EventBus> {
//!         Arc::new(self.0.clone())
//!     }
//!
//!     fn trim(&self, topic: &str, max_len: usize) {
//!         self.0.trim(topic, max_len);
//!     }
//! }
//!
//! conformance_tests!(Memory(MemoryBus::new()));
//! ```
//!
//! # Running it
//!
//! [`conformance_tests!`](crate::conformance_tests) writes a `#[test]` function for each case, in a module for each group:
//!
//! ```sh
//! cargo test --test conformance                                  # all cases
//! cargo test --test conformance groups::                         # one group
//! cargo test --test conformance an_existing_group_continues      # one case
//! ```
//!
//! Cases run in parallel, each with topics of its own. With the memory bus the suite takes about 20 seconds on two
//! processors: some cases wait on purpose, for example until claims expire. A bus that is much slower may need more
//! [patience](Harness::patience).
//!
//! A case simulates the crash of a process by dropping the [`EventBusConsumer`](crate::event_bus::EventBusConsumer) of a
//! member without another call.
//!
//! A case that fails prints its name, what the bus promised and what the case saw:
//!
//! ```text
//! the other member claimed entries of a running member
//!   promised: []
//!   seen:     [("2-0", 1)]
//! conformance: recovery::claims_are_renewed_while_receivers_run failed
//! ```
//!
//! # The groups
//!
//! | group | its cases check that |
//! |---|---|
//! | `delivery` | a message arrives unchanged, on its topic only, and in order |
//! | `groups` | each group gets each message once, starts at the right message, and can be moved |
//! | `operations` | operators can read a topic from any place, and see how far a group is behind |
//! | `retry` | failed receivers run again, in order, until the message becomes a dead letter |
//! | `unusable` | a message that cannot be read becomes a dead letter and blocks no other |
//! | `dead_letters` | dead letters can be replayed and dropped, belong to one group, and are limited |
//! | `recovery` | when members crash, stop or hang, no message is lost, and none is delivered again and again |
//! | `trimming` | entries that the bus dropped before they were acknowledged are reported as lost |
//! | `options` | the options of a [`Consumer`](crate::event_bus::Consumer) work on this bus |
//! | `pausing` | a receiver that cannot work for a while makes the consumer pause, and costs no attempts and no order |
//! | `batches` | a batch receiver gets many messages in one call, and only messages to blame for a failure are given up |
//! | `stopping` | a consumer stops in time, and survives an outage of the bus |
//! | `concurrency` | messages with different keys run at the same time, and messages with one key one after another |
//! | `producing` | events reach the bus, or return to the sender |
//!
//! # A bus that cannot keep all promises
//!
//! A bus declares what it lacks in [`EventBus::can`]. A case that needs such a [`Capability`] does not run. It
//! prints a line even if the test passes:
//!
//! ```text
//! conformance: the_age_of_dead_letters_is_limited is not applicable: the bus cannot limit the age of dead letters
//! ```
//!
//! # The events of the suite
//!
//! The feature `conformance` adds seven events, whose types begin with `test.openedx_events.conformance.`. Consumers and
//! [`registry::get`](crate::registry::get) find them. They need no contracts. [`registry::events`] and the command line do not
//! list them, so enabling the feature in a workspace does not change what its programs print.
//!
//! [`registry::events`]: crate::registry::events

// This folder uses the public interface of the event bus, so that the suite works for every author. Nothing in the
// crate uses it.

// Expansions put elements of distributed slices into sections of their own.
#[allow(unsafe_code)]
mod batching;
mod cases;
// Expansions put elements of distributed slices into sections of their own.
#[allow(unsafe_code)]
mod events;
mod fixture;
mod link;
mod member;
mod promise;

use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::event_bus::{Capability, EntryId, Envelope, EventBus, Message};
use fixture::Fixture;

/// Gives the suite the bus to test. Cases run in parallel, each with topics of its own.
pub trait Harness: Send + Sync + 'static {
    /// Returns the bus. All buses that one harness returns share their topics.
    fn bus(&self) -> Arc<dyn EventBus>;

    /// Drops the oldest messages of `topic`, even if no group has read them, so that exactly `max_len` remain.
    ///
    /// # Panics
    ///
    /// By default. Override it, unless the bus cannot [drop entries](Capability::DropEntries).
    fn trim(&self, topic: &str, max_len: usize) {
        panic!("the harness cannot trim topic `{topic}` to {max_len} messages: implement `Harness::trim`");
    }

    /// Takes the entries of `topic` away from the members of `group`, as when another member joins the group.
    ///
    /// # Panics
    ///
    /// By default. Override it if the bus can [revoke entries](Capability::RevokeEntries).
    fn revoke(&self, topic: &str, group: &str) {
        panic!(
            "the harness cannot revoke the entries of topic `{topic}` from group `{group}`: implement `Harness::revoke`"
        );
    }

    /// Stores a message whose event this program does not define, as another program would, and returns its id. By default,
    /// sends it with the producer of the bus. Override it if that producer needs the event's definition.
    fn send_foreign(&self, topic: &str, message: Message) -> EntryId {
        let producer = self.bus().producer().expect("the bus should have a producer");
        let envelope = Envelope { topic: topic.into(), key: None, message };
        let outcome = producer.send(&[envelope], Instant::now() + self.patience()).pop();
        outcome.expect("the bus should return an outcome").expect("the bus should take the message")
    }

    /// Creates a topic that keeps all its messages in order. The suite calls this before it uses a topic. By default,
    /// it does nothing, because the bus creates topics at their first use.
    fn create_topic(&self, topic: &str) {
        let _ = topic;
    }

    /// Returns how long a case waits for an expected result before it fails. By default, 30 seconds.
    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }
}

/// A case of the suite: one promise, which its name states.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Case {
    /// The group of cases, as listed on the page of this [module](self).
    pub group: &'static str,
    /// The name, which is unique in the suite.
    pub name: &'static str,
    /// The capabilities that the case needs.
    pub needs: &'static [Capability],
    run: fn(&Fixture),
}

/// The outcome of a case that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bus keeps the promise.
    Passed,
    /// The case did not run, because the bus lacks this capability.
    NotApplicable(Capability),
}

impl Case {
    /// Runs the case. If it is not applicable, prints the reason to standard error.
    ///
    /// # Panics
    ///
    /// If the bus does not keep the promise.
    pub fn run(&self, harness: &Arc<dyn Harness>) -> Outcome {
        if let Some(&needed) = self.needs.iter().find(|needed| !harness.bus().can(**needed)) {
            // `eprintln!` would be hidden, since the test passes.
            let _ = writeln!(
                io::stderr(),
                "conformance: {} is not applicable: the bus cannot {needed}",
                self.name
            );
            return Outcome::NotApplicable(needed);
        }
        let _named = promise::Named(self);
        (self.run)(&Fixture::new(harness));
        Outcome::Passed
    }
}

/// Runs the case called `name`. If it is not applicable, prints the reason to standard error.
///
/// # Panics
///
/// If no case has that name, or the bus does not keep the promise.
pub fn run(name: &str, harness: &Arc<dyn Harness>) -> Outcome {
    let case = CASES.iter().find(|case| case.name == name);
    case.unwrap_or_else(|| panic!("unknown case `{name}`")).run(harness)
}

/// Lists the cases by group; `[…]` lists the capabilities that a case needs.
macro_rules! cases {
    ($($group:ident { $($case:ident $([$($needed:ident)+])?)+ })+) => {
        /// All cases.
        pub const CASES: &[Case] = &[$($(Case {
            group: stringify!($group),
            name: stringify!($case),
            needs: &[$($(Capability::$needed),+)?],
            run: cases::$group::$case,
        }),+),+];

        /// Writes a test of each [conformance case](crate::conformance) for the bus of a
        /// [`Harness`](crate::conformance::Harness), in a module `conformance` with a module for each group.
        ///
        /// The argument is an expression, which each test evaluates. Two suites in one file need modules of their own.
        #[macro_export]
        macro_rules! conformance_tests {
            ($harness:expr) => {
                fn __conformance_harness() -> ::std::sync::Arc<dyn $crate::conformance::Harness> {
                    ::std::sync::Arc::new($harness)
                }

                mod conformance {
                    $(mod $group {$(
                        #[::core::prelude::v1::test]
                        fn $case() {
                            $crate::conformance::run(
                                ::core::stringify!($case),
                                &super::super::__conformance_harness(),
                            );
                        }
                    )+})+
                }
            };
        }
    };
}

cases! {
    delivery {
        a_message_arrives_as_it_was_sent
        topics_are_separate
        several_types_on_one_topic_keep_their_order
        a_message_of_ten_megabytes_arrives
    }
    groups {
        each_group_gets_every_message
        a_group_handles_each_message_once
        members_of_a_group_share_its_messages [ShareMessages]
        a_new_group_starts_with_new_messages
        a_backlog_group_starts_with_the_oldest_message
        a_group_can_start_after_an_entry [StartAfterEntry]
        a_group_can_start_at_a_time [StartAtTime]
        a_group_that_starts_in_the_future_gets_the_next_message [StartAtTime]
        an_existing_group_continues
        an_existing_group_refuses_to_start_after_an_entry [StartAfterEntry]
        an_existing_group_refuses_to_start_at_a_time [StartAtTime]
        a_start_after_an_invalid_entry_id_is_refused [StartAfterEntry]
        listing_shows_topics_and_groups_and_creates_none
        seek_moves_a_group
        seek_moves_a_group_after_an_entry [StartAfterEntry]
        seek_moves_a_group_to_a_time [StartAtTime]
        a_window_of_time_is_handled_and_ends_the_consumer [StartAtTime]
        messages_after_the_window_stay_with_the_group [StartAtTime]
    }
    operations {
        a_ping_is_answered
        a_topic_is_read_in_pages
        a_reader_can_begin_at_the_end
        a_reader_can_begin_after_an_entry [StartAfterEntry]
        a_reader_can_begin_at_a_time [StartAtTime]
        an_invalid_entry_id_is_refused
        the_lag_of_a_group_is_counted
    }
    retry {
        a_message_is_acknowledged_only_after_it_was_handled
        only_failed_receivers_run_again
        waits_between_attempts_grow
        a_dead_letter_records_the_failure
        a_permanent_error_is_not_retried
        a_panic_is_a_failed_attempt
        no_message_overtakes_a_retry
        failures_can_be_acknowledged
        a_failure_can_stop_the_consumer
    }
    unusable {
        undecodable_data_is_dead_lettered
        unknown_types_are_dead_lettered
        unknown_types_can_be_skipped
        an_unknown_type_can_stop_the_consumer
        a_message_without_type_is_dead_lettered
        headers_that_are_not_utf8_are_dead_lettered
        times_outside_utc_are_dead_lettered
        absent_headers_have_defaults
        empty_headers_have_defaults [EmptyHeaders]
        a_message_without_id_gets_one [OmitId]
    }
    dead_letters {
        a_replay_runs_only_the_receivers_that_failed
        a_failed_replay_keeps_the_dead_letter
        a_replay_that_hangs_is_remembered [RememberReplays]
        a_receiver_that_succeeds_in_a_replay_does_not_run_again
        the_number_of_dead_letters_is_limited [LimitDeadLetterCount]
        the_age_of_dead_letters_is_limited [LimitDeadLetterAge]
        each_group_has_its_own_dead_letters
    }
    recovery {
        entries_of_a_crashed_member_are_claimed [ClaimEntries]
        an_entry_that_crashes_its_member_is_dead_lettered
        a_delivery_is_not_an_attempt
        with_one_attempt_a_crash_costs_no_other_message
        unfinished_entries_come_first
        unfinished_entries_run_at_the_same_time
        an_entry_that_was_tried_is_delivered_alone
        attempts_survive_a_restart
        a_stop_does_not_count_as_an_attempt
        claims_are_renewed_while_receivers_run [ClaimEntries]
        claims_are_renewed_while_messages_wait_for_a_retry [ClaimEntries]
        a_member_that_leaves_returns_its_entries
        a_running_member_keeps_its_entries_from_another_of_its_name
        revoked_entries_are_delivered_again [RevokeEntries]
        a_hanging_receiver_is_reported_and_counts_as_an_attempt
    }
    trimming {
        trimmed_unread_entries_are_reported_as_lost [DropEntries]
        trimmed_unread_entries_are_counted [DropEntries CountLostEntries]
        trimmed_pending_entries_are_reported_as_lost [DropEntries]
        entries_trimmed_after_a_move_are_reported_as_lost [DropEntries StartAfterEntry]
    }
    options {
        only_selected_types_are_handled
        a_count_ends_the_consumer
        events_without_receivers_are_printed_and_counted
        a_panic_while_printing_does_not_stop_receivers
        a_message_without_receivers_is_acknowledged_and_logged_once
        loops_are_refused
        the_longest_durations_are_accepted
    }
    pausing {
        an_unavailable_receiver_costs_no_attempt_and_keeps_the_order
        an_outage_costs_few_messages_and_keeps_the_order
        a_poison_message_causes_no_pause
        a_stop_during_a_pause_takes_no_time_and_no_attempt
        a_crash_during_a_pause_counts_no_attempt
        claims_are_renewed_during_a_pause [ClaimEntries]
    }
    batches {
        messages_come_in_full_batches_and_in_order
        a_batch_does_not_wait_for_another_message
        a_batch_is_acknowledged_only_after_it_was_handled
        only_the_messages_to_blame_are_dead_lettered
        a_crash_before_a_batch_is_handled_loses_no_message
        a_stop_passes_on_what_was_collected
        claims_are_renewed_or_batches_passed_on_in_time [ClaimEntries]
        an_unavailable_service_costs_no_message_of_a_batch
        a_pause_for_another_receiver_keeps_the_order_of_a_batch
    }
    stopping {
        an_idle_consumer_stops_at_once
        a_running_message_is_finished_before_the_stop
        a_stop_has_a_deadline
        failed_polls_count_towards_the_error_limit
        failed_attempts_count_towards_the_error_limit
        a_bus_that_is_down_is_polled_rarely_and_found_soon
        a_running_message_survives_an_outage
    }
    concurrency {
        messages_with_one_key_run_one_after_another
        messages_without_key_run_one_after_another
        a_hanging_receiver_lets_other_messages_finish
    }
    producing {
        a_waiting_sender_learns_the_outcome
        background_delivery_keeps_the_order
        a_full_background_queue_makes_senders_wait
        closing_the_guard_returns_undelivered_events
        events_from_the_bus_are_not_produced_again
    }
}
