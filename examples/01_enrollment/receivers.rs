//! The receivers that run when a learner is enrolled.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
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

/// Contains a bug: it assumes that learners have entered their names.
#[receiver(COURSE_ENROLLMENT_CREATED)]
pub(crate) fn welcome(enrollment: &CourseEnrollmentData, _metadata: &EventsMetadata) {
    let first_name = enrollment.user.pii.name.split(' ').next().filter(|name| !name.is_empty());
    let _greeting = format!("Welcome, {}!", first_name.expect("a learner has a name"));
}

/// Runs after the others, even if they fail.
#[receiver(COURSE_ENROLLMENT_CREATED, order = 10)]
pub(crate) fn audit(enrollment: &CourseEnrollmentData, from_event_bus: bool) {
    let origin = if from_event_bus { "another service" } else { "this service" };
    println!("  audit log: learner {}, enrolled by {origin}", enrollment.user.id);
}
