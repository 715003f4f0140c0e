//! Members that come and go, and what their commits say.

use super::{
    super::super::marks::{LONGEST, Marks},
    *,
};

fn marks(handed: i64, begun: &[(i64, u32)], finished: &[i64]) -> Marks {
    let (begun, finished) = (begun.iter().copied().collect(), finished.iter().copied().collect());
    Marks { handed, begun, finished, ..Marks::default() }
}

fn commit(tracker: &mut Tracker<()>) -> (i64, Marks) {
    let marks = tracker.marks("a", 7);
    tracker.told(tracker.to_tell());
    (tracker.committed(), marks)
}

/// A tracker that has handed out the entries from 10 to 14.
fn five() -> Tracker<()> {
    let mut tracker = Tracker::new(10, None);
    tracker.reserve(15, false);
    commit(&mut tracker);
    for offset in 10..15 {
        assert_eq!(tracker.hand_out(offset, ()), (0, false));
    }
    tracker
}

#[test]
fn entries_are_handed_out_after_a_commit_that_says_so() {
    let mut tracker = Tracker::<()>::new(10, None);
    assert!(!tracker.is_dirty() && !tracker.may_hand_out(11));
    tracker.reserve(13, false);
    assert!(tracker.is_dirty() && !tracker.may_hand_out(11));
    let (committed, marks) = commit(&mut tracker);
    assert_eq!((committed, marks.handed), (10, 13));
    assert!(!tracker.is_dirty() && tracker.may_hand_out(13) && !tracker.may_hand_out(14));
}

#[test]
fn a_beginning_is_committed() {
    let mut tracker = Tracker::begin(7);
    assert!(tracker.is_dirty());
    assert_eq!((commit(&mut tracker).0, tracker.is_dirty()), (7, false));
}

#[test]
fn reservations_grow_while_they_are_used_up_soon() {
    let mut tracker = Tracker::<()>::new(0, None);
    let mut reserved = |end, hurries| {
        tracker.reserve(end, hurries);
        tracker.to_tell().reserved
    };
    assert_eq!(reserved(10, false), 10);
    assert_eq!(reserved(20, true), 30);
    assert_eq!(reserved(25, true), 30, "there is room");
    assert_eq!(reserved(40, true), 60);
    assert_eq!(reserved(1000, true), 1960);
    assert_eq!(reserved(2960, true), 3960, "there is a limit");
    assert_eq!(reserved(3970, false), 3970);
}

#[test]
fn the_lowest_unfinished_entry_is_committed_with_what_is_finished_beyond() {
    let mut tracker = five();
    assert_eq!((tracker.committed(), tracker.in_hand()), (10, 5));
    for offset in [11, 13] {
        assert!(tracker.finish(offset).is_some());
    }
    assert!(tracker.finish(11).is_none() && tracker.finish(99).is_none(), "once");
    assert!(tracker.is_dirty());
    let (committed, marks) = commit(&mut tracker);
    assert_eq!((committed, marks.finished.into_iter().collect::<Vec<_>>()), (10, vec![11, 13]));
    assert!(tracker.finish(10).is_some());
    let (committed, marks) = commit(&mut tracker);
    assert_eq!((committed, marks.finished.into_iter().collect::<Vec<_>>()), (12, vec![13]));
    assert_eq!(tracker.offsets_in_hand().collect::<Vec<_>>(), [12, 14]);
    assert!(tracker.finish(14).is_some() && tracker.finish(12).is_some());
    assert_eq!((tracker.committed(), tracker.next(), tracker.in_hand()), (15, 15, 0));
}

#[test]
fn attempts_are_told_until_their_entry_is_finished() {
    let mut tracker = five();
    assert!(tracker.hold(12, 1) && !tracker.hold(12, 1) && !tracker.hold(99, 1));
    let (_, marks) = commit(&mut tracker);
    assert_eq!(marks.begun.into_iter().collect::<Vec<_>>(), [(12, 1)]);
    assert!(tracker.hold(12, 0) && tracker.is_dirty(), "a stop takes an attempt back");
    assert_eq!(commit(&mut tracker).1.begun.len(), 0);
    tracker.hold(13, 2);
    tracker.finish(13);
    assert_eq!(commit(&mut tracker).1.begun.len(), 0);
    assert!(!tracker.hold(13, 3), "it is not handed out");
}

#[test]
fn the_next_member_continues_with_what_was_left() {
    let mut tracker = Tracker::new(10, Some(marks(15, &[(12, 2)], &[11])));
    assert!(tracker.redelivers() && !tracker.is_dirty() && tracker.may_hand_out(15));
    let all: Vec<_> = (10..16).map(|offset| tracker.classify(offset)).collect();
    let (once, new) = (Next::Redelivered(0), Next::New);
    assert_eq!(all, [once, Next::Finished, Next::Redelivered(2), once, once, new]);
    assert_eq!(tracker.hand_out(10, ()), (0, true));
    tracker.pass(11);
    assert_eq!(tracker.hand_out(12, ()), (2, true));
    // If this member dies now, nothing is forgotten.
    let (committed, left) = commit(&mut tracker);
    assert_eq!((committed, left.handed), (10, 15));
    assert_eq!((left.begun.into_iter().collect::<Vec<_>>(), left.finished.len()), (vec![(12, 2)], 1));
    tracker.finish(10);
    assert_eq!(tracker.committed(), 12);
    for offset in 13..15 {
        assert_eq!(tracker.hand_out(offset, ()), (0, true));
    }
    assert!(!tracker.redelivers());
    assert_eq!(tracker.classify(15), Next::New);
}

#[test]
fn gaps_do_not_stay_unfinished() {
    let mut tracker = Tracker::new(10, Some(marks(20, &[(11, 1)], &[12])));
    tracker.hand_out(15, ());
    assert_eq!(tracker.committed(), 15);
    let (_, left) = commit(&mut tracker);
    assert_eq!((left.begun.len(), left.finished.len()), (0, 0));
    tracker.finish(15);
    assert_eq!(tracker.committed(), 16);
}

#[test]
fn an_orderly_end_gives_back_what_nobody_received() {
    let mut tracker = five();
    tracker.reserve(20, true);
    assert_eq!(tracker.to_tell().reserved, 25);
    tracker.give_back();
    assert_eq!(commit(&mut tracker).1.handed, 15);
    tracker.give_back();
    assert!(!tracker.is_dirty());
}

#[test]
fn a_jump_forgets_what_was_inherited_before() {
    let mut tracker = Tracker::<()>::new(10, Some(marks(15, &[(12, 2), (30, 1)], &[11])));
    tracker.jump(20);
    assert_eq!((tracker.committed(), tracker.next(), tracker.is_dirty()), (20, 20, true));
    let (_, left) = commit(&mut tracker);
    assert_eq!((left.begun.into_iter().collect::<Vec<_>>(), left.finished.len()), (vec![(30, 1)], 0));
}

#[test]
fn a_commit_that_comes_back_late_tells_nothing_new() {
    let mut tracker = five();
    let early = tracker.to_tell();
    tracker.finish(10);
    let late = tracker.to_tell();
    tracker.told(late);
    tracker.told(early);
    assert!(!tracker.is_dirty());
}

/// Lets members come and go at random, and checks that each finished entry stays finished, and that no other is skipped.
#[test]
fn members_that_come_and_go_finish_each_entry() {
    for seed in 1..200_u64 {
        let mut state = seed;
        let mut number = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let (mut finished, mut stored) = (vec![false; 300], (0, String::new()));
        while finished.contains(&false) {
            let marks = Marks::read(stored.0, &stored.1);
            let mut tracker = Tracker::new(stored.0, marks);
            let mut last = stored.0 - 1;
            for _ in 0..number(120) {
                let next = tracker.next();
                let in_hand: Vec<_> = tracker.offsets_in_hand().collect();
                match number(4) {
                    0 | 1 if next < 300 => {
                        tracker.reserve(next + 1, number(2) == 0);
                        stored =
                            (tracker.committed(), tracker.marks("a", 0).write(tracker.committed(), LONGEST));
                        tracker.told(tracker.to_tell());
                        assert!(tracker.may_hand_out(next + 1) && next > last);
                        last = next;
                        if tracker.classify(next) == Next::Finished {
                            assert!(finished[usize::try_from(next).unwrap()], "{next} was not finished");
                            tracker.pass(next);
                        } else {
                            tracker.hand_out(next, ());
                        }
                    }
                    2 if !in_hand.is_empty() => {
                        let one = in_hand[usize::try_from(number(in_hand.len() as u64)).unwrap()];
                        tracker.finish(one);
                        finished[usize::try_from(one).unwrap()] = true;
                    }
                    _ => {}
                }
            }
            let all_before = &finished[..usize::try_from(tracker.committed()).unwrap()];
            assert!(all_before.iter().all(|finished| *finished), "an unfinished entry was committed");
        }
    }
}
