//! Every way into a pause and out of it.

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const MAIL: FullName = FullName::new("letters", "mail");
const PRINT: FullName = FullName::new("letters", "print");

fn outages() -> Outages {
    Outages::new(3, Duration::from_mins(2))
}

fn resumed(outages: &mut Outages) -> Vec<(u32, Resumption)> {
    let of = |news| match news {
        PauseNews::Resumed(outage, resumed) => Some((outage.given_up, resumed.why)),
        PauseNews::Paused(..) => None,
    };
    outages.take_news().into_iter().filter_map(of).collect()
}

#[test]
fn a_pause_begins_when_messages_in_a_row_are_used_up_in_one_receiver() {
    let (mut outages, now) = (outages(), Instant::now());
    assert!(!outages.use_up(0, &[MAIL], "down", now) && outages.counts());
    assert!(!outages.use_up(0, &[PRINT], "no paper", now));
    assert!(!outages.use_up(0, &[MAIL, PRINT], "down", now) && !outages.is_paused());
    assert!(outages.use_up(4, &[MAIL], "still down", now) && outages.is_paused());
    let outage = Outage { receiver: MAIL, error: "still down".to_owned(), given_up: 2 };
    assert_eq!(outages.take_news(), [PauseNews::Paused(outage, FIRST)]);
    assert!(outages.use_up(1, &[MAIL], "down", now), "others are held as well");
    assert!(outages.take_news().is_empty());
}

#[test]
fn a_success_of_the_receiver_starts_the_count_again() {
    let (mut outages, now) = (outages(), Instant::now());
    for _ in 0..9 {
        assert!(!outages.use_up(0, &[MAIL], "poison", now));
        outages.succeed(&[PRINT]);
        assert!(!outages.use_up(0, &[MAIL], "poison", now));
        outages.succeed(&[MAIL]);
    }
    assert!(!outages.counts());
}

#[test]
fn zero_turns_it_off() {
    let mut outages = Outages::new(0, SECOND);
    assert!((0..99).all(|_| !outages.use_up(0, &[MAIL], "down", Instant::now())));
    outages.unavailable(0, MAIL, "down", None, Instant::now());
    assert!(outages.is_paused(), "a receiver can still ask for a pause");
}

#[test]
fn one_means_the_first_message() {
    let mut outages = Outages::new(1, SECOND);
    assert!(outages.use_up(0, &[MAIL], "down", Instant::now()));
    assert!(matches!(&outages.take_news()[..], [PauseNews::Paused(outage, _)] if outage.given_up == 0));
}

#[test]
fn waits_between_tries_double_up_to_the_longest() {
    let (mut outages, mut now) = (outages(), Instant::now());
    outages.unavailable(7, MAIL, "down", None, now);
    for wait in [5, 10, 20, 40, 80, 120, 120] {
        let wait = SECOND * wait;
        assert_eq!((outages.due(now + wait / 2), outages.due(now + wait)), (None, Some((7, MAIL))));
        now += wait;
        outages.begin_try(7);
        assert_eq!(outages.due(now + wait), None, "it is tried");
        outages.unavailable(7, MAIL, "down", None, now);
    }
}

#[test]
fn a_receiver_can_say_when_to_try_again() {
    let (mut outages, now) = (outages(), Instant::now());
    outages.unavailable(0, MAIL, "down", Some(SECOND), now);
    assert_eq!((outages.due(now), outages.due(now + SECOND)), (None, Some((0, MAIL))));
    outages.unavailable(1, MAIL, "down", Some(Duration::ZERO), now);
    assert_eq!(outages.due(now), None, "only the message that is tried counts");
    outages.begin_try(0);
    outages.unavailable(0, MAIL, "down", Some(SECOND * 900), now);
    assert_eq!((outages.due(now + SECOND * 119), outages.due(now + SECOND * 120)), (None, Some((0, MAIL))));
    outages.begin_try(0);
    outages.unavailable(0, MAIL, "down", Some(Duration::ZERO), now);
    assert_eq!((outages.due(now), outages.due(now + SHORTEST)), (None, Some((0, MAIL))));
}

#[test]
fn a_try_ends_the_pause_unless_the_receiver_still_fails() {
    let (mut outages, now) = (outages(), Instant::now());
    let pause = |outages: &mut Outages| {
        while !outages.use_up(0, &[MAIL], "down", now) {}
    };
    pause(&mut outages);
    outages.succeed(&[MAIL]);
    assert!(outages.is_paused(), "a message that ran before the pause does not end it");
    outages.begin_try(0);
    assert!(outages.use_up(0, &[MAIL, PRINT], "down", now));
    outages.tried(&[MAIL, PRINT], now);
    assert_eq!(resumed(&mut outages), [(2, Resumption::Works)]);
    pause(&mut outages);
    assert!(!outages.use_up(1, &[PRINT], "no paper", now));
    outages.tried(&[], now);
    assert_eq!(resumed(&mut outages), [(2, Resumption::FailedOtherwise)]);
    assert!(!outages.use_up(0, &[MAIL], "down", now), "the count has started again");
}

#[test]
fn a_declared_outage_ends_with_any_other_failure() {
    let (mut outages, now) = (outages(), Instant::now());
    outages.unavailable(0, MAIL, "down", None, now);
    outages.begin_try(0);
    assert!(!outages.use_up(0, &[MAIL], "no such address", now));
    outages.tried(&[], now);
    assert_eq!(resumed(&mut outages), [(0, Resumption::FailedOtherwise)]);
}

#[test]
fn without_a_message_to_try_the_next_one_begins_another_pause() {
    let (mut outages, now) = (outages(), Instant::now());
    while !outages.use_up(0, &[MAIL], "down", now) {}
    outages.begin_try(0);
    outages.try_another(now);
    assert_eq!(outages.due(now), Some((0, MAIL)));
    outages.abandon(now);
    assert_eq!(resumed(&mut outages), [(2, Resumption::NothingLeft)]);
    assert!(outages.use_up(0, &[MAIL], "down", now));
}

#[test]
fn a_declared_outage_goes_on_if_the_receiver_only_stops_to_say_so() {
    let (mut outages, now) = (Outages::new(1, SECOND), Instant::now());
    outages.unavailable(0, MAIL, "down", None, now);
    outages.begin_try(0);
    assert!(outages.use_up(0, &[MAIL], "connection refused", now), "one message is enough");
    assert_eq!(outages.due(now + SECOND), Some((0, MAIL)), "it is tried again");
    assert!(outages.use_up(1, &[MAIL], "connection refused", now), "others are held as well");
    outages.begin_try(0);
    outages.tried(&[MAIL], now);
    assert_eq!(resumed(&mut outages), [(0, Resumption::Works)]);
}
