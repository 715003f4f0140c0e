//! Events of the learning subdomain.

use super::data::{CourseEnrollmentData, UserData};
use crate::event;

/// Sent when somebody has registered as a user, after the account was created.
#[event(
    type = "org.openedx.learning.student.registration.completed.v1",
    // Upstream says `user.pii.username`, which is personal data.
    key = user.id,
    repository = "openedx/edx-platform",
)]
pub struct StudentRegistrationCompleted {
    /// The new user.
    pub user: UserData,
}

/// Sent when a learner has been enrolled in a course run, the first time or again after leaving it.
#[event(
    type = "org.openedx.learning.course.enrollment.created.v1",
    key = enrollment.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseEnrollmentCreated {
    /// The enrollment as it is now.
    pub enrollment: CourseEnrollmentData,
}

/// Sent when an enrollment that exists has got another mode, or has become active or inactive.
#[event(
    type = "org.openedx.learning.course.enrollment.changed.v1",
    key = enrollment.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseEnrollmentChanged {
    /// The enrollment as it is now.
    pub enrollment: CourseEnrollmentData,
}

/// Sent when a learner has left a course run: the enrollment is inactive from now on.
#[event(
    type = "org.openedx.learning.course.unenrollment.completed.v1",
    key = enrollment.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseUnenrollmentCompleted {
    /// The enrollment that was ended.
    pub enrollment: CourseEnrollmentData,
}
