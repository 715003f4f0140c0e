//! The suite notices buses that break a promise, at the cases about it.

use openedx_events_tests::conformance::broken::{Broken, Fault};

/// What none of the faults touches.
const WELL: [&str; 4] = [
    "a_message_arrives_as_it_was_sent",
    "only_failed_receivers_are_tried_again",
    "unknown_types_can_be_skipped",
    "absent_and_empty_headers_have_defaults",
];

macro_rules! broken {
    ($($test:ident: $fault:ident fails $($case:ident)+;)+) => {$(
        #[test]
        fn $test() {
            let at = [$(stringify!($case)),+];
            let failed = Broken::new(Fault::$fault).failures(&[&at[..], &WELL].concat());
            assert_eq!(failed, at);
        }
    )+};
}

broken! {
    a_bus_that_acknowledges_early: AcknowledgesEarly fails
        a_message_is_acknowledged_only_after_it_was_handled
        an_entry_that_kills_its_member_is_dead_lettered_and_the_others_are_handled
        a_stop_is_no_attempt;
    a_bus_that_loses_on_restart: LosesOnRestart fails
        what_a_member_left_comes_first_and_one_at_a_time
        attempts_survive_a_restart
        a_stop_is_no_attempt;
    a_bus_that_skips_on_restart: SkipsOnRestart fails
        an_existing_group_continues;
    a_bus_with_the_wrong_order: WrongOrder fails
        topics_are_apart
        nothing_overtakes_a_message_that_is_tried_again
        messages_without_key_share_a_lane;
    a_bus_that_forgets_attempts: ForgetsAttempts fails
        an_entry_that_kills_its_member_is_dead_lettered_and_the_others_are_handled
        what_a_member_left_comes_first_and_one_at_a_time
        attempts_survive_a_restart;
    a_bus_that_hands_out_twice: HandsOutTwice fails
        members_of_a_group_share_its_messages;
    a_bus_that_never_claims: NeverClaims fails
        entries_of_a_member_that_died_are_claimed_in_time;
    a_bus_that_ignores_renewals: IgnoresHolds fails
        a_stop_is_no_attempt
        claims_are_renewed_while_messages_are_in_hand
        claims_are_renewed_while_messages_wait_for_a_retry;
    a_bus_that_drops_dead_letters: DropsDeadLetters fails
        the_last_attempt_makes_a_dead_letter_that_says_all
        undecodable_bytes_are_dead_lettered_and_block_nothing
        a_replay_that_fails_keeps_the_dead_letter;
    a_bus_that_keeps_all_dead_letters: KeepsAllDeadLetters fails
        dead_letters_are_bounded_by_length
        dead_letters_are_bounded_by_age;
    a_bus_that_hides_losses: HidesLosses fails
        trimmed_unread_entries_are_reported_as_lost
        trimmed_pending_entries_are_reported_as_lost;
    a_bus_that_ignores_the_start: IgnoresStart fails
        a_group_starts_after_an_entry
        a_start_after_an_entry_is_refused_for_an_existing_group;
}
