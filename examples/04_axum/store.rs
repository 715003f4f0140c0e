//! The data of the service; in production, a database.

use std::{
    error::Error,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use openedx_events::{event_bus::Undelivered, learning::data::CourseEnrollmentData};

/// Enrollments and undelivered events.
#[derive(Default)]
pub(crate) struct Store(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    enrollments: Vec<CourseEnrollmentData>,
    undelivered: Vec<Undelivered>,
}

impl Store {
    /// Adds an enrollment and commits it.
    pub(crate) fn commit(&self, enrollment: CourseEnrollmentData) -> Result<(), AlreadyEnrolled> {
        let mut tables = self.tables();
        let key = |one: &CourseEnrollmentData| (one.user.id, one.course.course_key.clone());
        if tables.enrollments.iter().any(|other| key(other) == key(&enrollment)) {
            return Err(AlreadyEnrolled { learner: enrollment.user.id });
        }
        tables.enrollments.push(enrollment);
        Ok(())
    }

    /// Counts the enrollments.
    pub(crate) fn len(&self) -> usize {
        self.tables().enrollments.len()
    }

    pub(crate) fn keep(&self, undelivered: Undelivered) {
        self.tables().undelivered.push(undelivered);
    }

    /// Removes and returns the undelivered events, oldest first.
    pub(crate) fn take_undelivered(&self) -> Vec<Undelivered> {
        std::mem::take(&mut self.tables().undelivered)
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reason why an enrollment was refused.
#[derive(Debug)]
pub(crate) struct AlreadyEnrolled {
    learner: i64,
}

impl fmt::Display for AlreadyEnrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "learner {} is already enrolled in that course run", self.learner)
    }
}

impl Error for AlreadyEnrolled {}
