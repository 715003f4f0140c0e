//! The service's data: a database in real life.

use std::{
    error::Error,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use openedx_events::{event_bus::Message, keys::CourseKey, learning::data::CourseEnrollmentData};

/// Enrollments, and the events that the bus did not take.
#[derive(Default)]
pub(crate) struct Store(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    enrollments: Vec<CourseEnrollmentData>,
    undelivered: Vec<Undelivered>,
}

/// An event that is to be sent again.
pub(crate) struct Undelivered {
    /// The topic, as settings name it.
    pub(crate) topic: String,
    pub(crate) message: Message,
}

impl Store {
    /// Adds an enrollment. When this returns, it is committed.
    pub(crate) fn commit(&self, enrollment: CourseEnrollmentData) -> Result<(), AlreadyEnrolled> {
        let mut tables = self.tables();
        let (learner, course) = (enrollment.user.id, &enrollment.course.course_key);
        if tables.has(learner, course) {
            return Err(AlreadyEnrolled { learner });
        }
        tables.enrollments.push(enrollment);
        Ok(())
    }

    pub(crate) fn is_enrolled(&self, learner: i64, course: &CourseKey) -> bool {
        self.tables().has(learner, course)
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

impl Tables {
    fn has(&self, learner: i64, course: &CourseKey) -> bool {
        let same =
            |other: &CourseEnrollmentData| (other.user.id, &other.course.course_key) == (learner, course);
        self.enrollments.iter().any(same)
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
