// errors: 8
use openedx_events::{
    learning::signals::{COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    receiver,
};

#[receiver(signal = COURSE_ENROLLMENT_CREATED)]
fn with_a_name() {}

#[receiver(&COURSE_ENROLLMENT_CREATED)]
fn borrowed() {}

#[receiver(COURSE_ENROLLMENT_CREATED())]
fn called() {}

#[receiver("COURSE_ENROLLMENT_CREATED")]
fn in_quotation_marks() {}

#[receiver(CourseEnrollmentCreated)]
fn the_struct() {}

#[receiver([COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED])]
fn in_brackets() {}

#[receiver(signals.COURSE_ENROLLMENT_CREATED)]
fn with_a_dot() {}

#[receiver(COURSE_ENROLLMENT_CREATED order = 1)]
fn without_a_comma() {}

fn main() {}
