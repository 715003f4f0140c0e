// errors: 10
use openedx_events::{learning::signals::*, prelude::*};

#[receiver(COURSE_ENROLLMENT_CREATED, only = "bus")]
fn literal() {}

#[receiver(COURSE_ENROLLMENT_CREATED, only)]
fn without_value() {}

#[receiver(COURSE_ENROLLMENT_CREATED, only(bus))]
fn in_parentheses() {}

#[receiver(COURSE_ENROLLMENT_CREATED, only = kafka)]
fn another_word() {}

#[receiver(COURSE_ENROLLMENT_CREATED, only = bus, only = process)]
fn twice() {}

#[receiver(COURSE_ENROLLMENT_CREATED, name = "")]
fn empty() {}

#[receiver(COURSE_ENROLLMENT_CREATED, name = notify)]
fn not_a_literal() {}

#[receiver(COURSE_ENROLLMENT_CREATED, name = "two words\n")]
fn two_words() {}

#[receiver(COURSE_ENROLLMENT_CREATED, nmae = "reminders.send")]
fn misspelled() {}

/// Sent while a learner looks at a seat.
#[event(type = "com.example.learning.seat.held.v1", local_only = "holds a lock")]
pub struct SeatHeld {
    /// The number of the seat.
    pub number: i64,
}

#[receiver(SEAT_HELD, only = bus)]
fn never() {}

fn main() {
    literal();
    another_word();
    two_words();
}
