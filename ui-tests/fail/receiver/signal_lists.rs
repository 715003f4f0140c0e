// errors: 12
use openedx_events::{
    learning::signals::{self, COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    receiver,
};

#[receiver(signals::{COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED})]
fn in_braces() {}

#[receiver(signals::*)]
fn all_of_a_module() {}

#[receiver(signals = [COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED])]
fn as_an_argument() {}

#[receiver(signals(COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED))]
fn as_a_list() {}

#[receiver((COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED))]
fn in_parentheses() {}

#[receiver(vec![COURSE_ENROLLMENT_CHANGED])]
fn in_a_vec() {}

#[receiver(Signal<CourseEnrollmentCreated>)]
fn the_type() {}

#[receiver(openedx_events::Signal::<CourseEnrollmentCreated>)]
fn the_path_of_the_type() {}

#[receiver(COURSE_ENROLLMENT_CHANGED | COURSE_ENROLLMENT_CREATED)]
fn with_a_bar() {}

#[receiver(COURSE_ENROLLMENT_CHANGED; COURSE_ENROLLMENT_CREATED, order = 1)]
fn with_a_semicolon() {}

#[receiver(COURSE_ENROLLMENT_CREATED.connect)]
fn with_a_method() {}

#[receiver(COURSE_ENROLLMENT_CHANGED,, COURSE_ENROLLMENT_CREATED)]
fn with_two_commas() {}

fn main() {}
