// errors: 5
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED, dispatch_uid = "notify")]
fn dispatch_uid() {}

#[receiver(COURSE_ENROLLMENT_CREATED, sender = None)]
fn sender() {}

#[receiver(COURSE_ENROLLMENT_CREATED, weak = false)]
fn weak() {}

#[receiver(signal = COURSE_ENROLLMENT_CREATED)]
fn signal() {}

#[receiver(COURSE_ENROLLMENT_CREATED, priority = 1)]
fn priority() {}

fn main() {}
