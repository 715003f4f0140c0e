//! What an event bus promises, as one suite of cases that every bus has to pass.
//!
//! A bus takes part by a [`Harness`], and one line in a file of `tests/`:
//! `conformance_tests!(Memory)`, which makes a test of each case.

mod bench;
pub mod broken;
mod cases;
mod events;
mod lines;
mod link;
mod member;

use std::{sync::Arc, time::Duration};

use openedx_events::event_bus::EventBus;

pub use events::{ParcelPosted, ParcelReturned};
pub use lines::Lines;

/// A bus to be tested. Cases run in parallel; each has topics of its own.
pub trait Harness: Send + Sync + 'static {
    /// The bus. All that one harness returns have the same topics.
    fn bus(&self) -> Arc<dyn EventBus>;

    /// Drops the oldest messages of `topic`, read or not, so that exactly `max_len` stay.
    fn trim(&self, topic: &str, max_len: usize);

    /// How long a case waits for what has to happen before it fails.
    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }
}

/// A case of the suite.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name: what is promised.
    pub name: &'static str,
    run: fn(&Arc<dyn Harness>),
}

impl Case {
    /// Runs it.
    ///
    /// # Panics
    ///
    /// Where the bus does not keep the promise.
    pub fn run(&self, harness: &Arc<dyn Harness>) {
        (self.run)(harness);
    }
}

/// Runs the case called `name`.
///
/// # Panics
///
/// Where there is no such case, or the bus does not keep the promise.
pub fn run(name: &str, harness: &Arc<dyn Harness>) {
    let case = CASES.iter().find(|case| case.name == name);
    case.unwrap_or_else(|| panic!("there is no case `{name}`")).run(harness);
}

/// The list of the cases, by the files that have them.
macro_rules! cases {
    ($($file:ident { $($case:ident)+ })+) => {
        /// All cases.
        pub const CASES: &[Case] =
            &[$($(Case { name: stringify!($case), run: cases::$file::$case }),+),+];

        /// Makes a test of each case, for the bus of a harness.
        #[macro_export]
        macro_rules! conformance_tests {
            ($harness:expr) => {$($(
                #[test]
                fn $case() {
                    let harness: ::std::sync::Arc<dyn $crate::conformance::Harness> =
                        ::std::sync::Arc::new($harness);
                    $crate::conformance::run(stringify!($case), &harness);
                }
            )+)+};
        }
    };
}

cases! {
    routing {
        a_message_arrives_as_it_was_sent
        topics_are_apart
        several_types_on_one_topic_keep_their_order
        ten_megabytes_arrive
    }
    groups {
        each_group_gets_every_message
        members_of_a_group_share_its_messages
        a_new_group_starts_with_what_comes
        a_backlog_group_starts_with_what_is_there
        a_group_starts_after_an_entry
        an_existing_group_continues
        a_start_after_an_entry_is_refused_for_an_existing_group
        a_start_after_what_is_no_entry_is_refused
        a_group_is_moved_by_seek
    }
    retry {
        a_message_is_acknowledged_only_after_it_was_handled
        only_failed_receivers_are_tried_again
        attempts_have_growing_waits_between_them
        the_last_attempt_makes_a_dead_letter_that_says_all
        a_permanent_error_is_not_tried_again
        a_panic_is_a_failed_attempt
        nothing_overtakes_a_message_that_is_tried_again
        failures_can_be_acknowledged
        a_failure_can_stop_the_consumer
    }
    unusable {
        undecodable_bytes_are_dead_lettered_and_block_nothing
        unknown_types_are_dead_lettered
        unknown_types_can_be_skipped
        an_unknown_type_can_stop_the_consumer
        a_message_without_type_is_dead_lettered
        absent_and_empty_headers_have_defaults
        headers_that_are_not_utf8_are_dead_lettered
        times_outside_utc_are_dead_lettered
    }
    dead_letters {
        a_replay_runs_only_the_receivers_that_failed
        a_replay_that_fails_keeps_the_dead_letter
        a_receiver_that_succeeds_in_a_replay_does_not_run_again
        dead_letters_are_bounded_by_length
        dead_letters_are_bounded_by_age
        groups_have_dead_letters_of_their_own
    }
    recovery {
        entries_of_a_member_that_died_are_claimed_in_time
        an_entry_that_kills_its_member_is_dead_lettered_and_the_others_are_handled
        with_one_attempt_a_death_takes_no_other_message_along
        what_a_member_left_comes_first_and_one_at_a_time
        attempts_survive_a_restart
        a_stop_is_no_attempt
        claims_are_renewed_while_messages_are_in_hand
        claims_are_renewed_while_messages_wait_for_a_retry
        a_hanging_receiver_is_named_and_its_delivery_counts
    }
    trimming {
        trimmed_unread_entries_are_reported_as_lost
        trimmed_pending_entries_are_reported_as_lost
    }
    options {
        only_the_types_asked_for_are_handled
        a_count_ends_the_consumer
        printed_events_count
        a_print_that_panics_keeps_no_event_from_its_receivers
        a_message_without_receiver_is_acknowledged_and_named_once
        loops_are_refused
        the_longest_times_are_no_error
    }
    stopping {
        an_idle_consumer_stops_at_once
        a_message_in_hand_is_finished_before_the_stop
        a_stop_has_a_deadline
        failed_polls_end_a_consumer_with_a_limit
        failed_attempts_end_a_consumer_with_a_limit
        a_bus_that_is_away_is_asked_seldom_and_found_soon
        a_message_in_hand_outlives_an_outage
    }
    lanes {
        a_key_is_never_in_two_hands
        messages_without_key_share_a_lane
        a_hanging_receiver_leaves_the_other_lanes_to_finish
    }
    producing {
        a_sender_that_waits_learns_what_became_of_the_event
        background_delivery_keeps_the_order
        background_delivery_holds_senders_up_when_its_queue_is_full
        what_is_not_delivered_comes_back_when_the_guard_is_closed
        what_came_from_the_bus_is_not_produced_again
    }
}
