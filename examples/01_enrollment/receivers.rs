//! The receivers that run when a learner is enrolled.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use openedx_events::{
    learning::{
        data::CourseEnrollmentData,
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
    prelude::*,
};

/// The learners who have access, by course run.
static ACCESS: Mutex<BTreeSet<(i64, CourseKey)>> = Mutex::new(BTreeSet::new());

/// Counts the learners who have access to a course run.
pub(crate) fn count_access() -> usize {
    ACCESS.lock().unwrap_or_else(PoisonError::into_inner).len()
}

/// Runs before the others.
#[receiver(COURSE_ENROLLMENT_CREATED, order = -10)]
pub(crate) fn grant_access(enrollment: &CourseEnrollmentData) {
    let entry = (enrollment.user.id, enrollment.course.course_key.clone());
    ACCESS.lock().unwrap_or_else(PoisonError::into_inner).insert(entry);
}

/// Fails for verified learners; another attempt might succeed.
#[receiver(COURSE_ENROLLMENT_CREATED)]
pub(crate) fn charge(enrollment: &CourseEnrollmentData) -> Result<(), String> {
    if enrollment.mode == "verified" {
        return Err("the payment service does not answer".to_owned());
    }
    Ok(())
}

/// Greets the learner.
#[receiver(COURSE_ENROLLMENT_CREATED)]
pub(crate) fn welcome(enrollment: &CourseEnrollmentData) {
    println!("  welcome, learner {}: you are enrolled as {}", enrollment.user.id, enrollment.mode);
}

/// Runs after the others, even if they fail. `Debug` hides personal data, so events can be logged.
#[receiver(COURSE_ENROLLMENT_CREATED, order = 10)]
pub(crate) fn audit(event: &CourseEnrollmentCreated) {
    println!("  audit log: {:?}", event.enrollment.user.pii);
}
