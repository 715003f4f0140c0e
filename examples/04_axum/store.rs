//! The service's data: a database in real life.

use std::{
    error::Error,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use openedx_events::{event_bus::Undelivered, learning::data::CourseEnrollmentData};

/// Enrollments, and the events that the bus did not take.
#[derive(Default)]
pub(crate) struct Store(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    enrollments: Vec<CourseEnrollmentData>,
    undelivered: Vec<Undelivered>,
}

impl Store {
    /// Adds an enrollment. When this returns, it is committed.
    pub(crate) fn commit(&self, enrollment: CourseEnrollmentData) -> Result<(), AlreadyEnrolled> {
        let mut tables = self.tables();
        let key = |one: &CourseEnrollmentData| (one.user.id, one.course.course_key.clone());
        if tables.enrollments.iter().any(|other| key(other) == key(&enrollment)) {
            return Err(AlreadyEnrolled { learner: enrollment.user.id });
        }
        tables.enrollments.push(enrollment);
        Ok(())
    }

    /// How many enrollments there are.
    pub(crate) fn len(&self) -> usize {
        self.tables().enrollments.len()
    }

    pub(crate) fn keep(&self, undelivered: Undelivered) {
        self.tables().undelivered.push(undelivered);
    }

    /// The events that were kept, oldest first.
    pub(crate) fn take_undelivered(&self) -> Vec<Undelivered> {
        std::mem::take(&mut self.tables().undelivered)
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why an enrollment was not committed.
#[derive(Debug)]
pub(crate) struct AlreadyEnrolled {
    learner: i64,
}

impl fmt::Display for AlreadyEnrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "learner {} is enrolled in that course run", self.learner)
    }
}

impl Error for AlreadyEnrolled {}
