//! The receiver of the second service.

use std::sync::atomic::{AtomicBool, Ordering};

use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    prelude::*,
};

static FAILED: AtomicBool = AtomicBool::new(false);

/// Sends a reminder. Both services of this example contain the receiver; it does nothing in the first.
#[receiver(COURSE_ENROLLMENT_CREATED)]
pub(crate) fn remind(enrollment: &CourseEnrollmentData, from_event_bus: bool) -> Result<(), String> {
    if !from_event_bus {
        return Ok(());
    }
    let id = enrollment.user.id;
    if id == 2 && !FAILED.swap(true, Ordering::Relaxed) {
        println!("learner {id}: the mail server does not answer");
        return Err("the mail server does not answer".to_owned());
    }
    println!("learner {id}: reminded of {}", enrollment.course.course_key);
    Ok(())
}
