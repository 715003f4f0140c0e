//! Data of the events in [`signals`](super::signals).

use crate::{DateTime, keys::CourseKey, payload};

/// What names a person to other people.
#[payload(pii)]
pub struct UserPersonalData {
    /// Name under which the user signs in and posts.
    pub username: String,
    /// Address that mail to the user goes to.
    pub email: String,
    /// Full name, as the user entered it; empty where none was entered.
    #[payload(default)]
    pub name: String,
}

/// A user of the platform.
#[payload]
pub struct UserData {
    /// Primary key of the user in the LMS database.
    pub id: i64,
    /// Whether the account is active: its owner confirmed the address and was not locked out.
    pub is_active: bool,
    /// Personal data of the user.
    pub pii: UserPersonalData,
}

/// A course run.
#[payload]
pub struct CourseData {
    /// Key of the course run.
    pub course_key: CourseKey,
    /// Title of the course; empty where the sender does not know it.
    #[payload(default)]
    pub display_name: String,
    /// When the course run starts, if that is set.
    pub start: Option<DateTime>,
    /// When the course run ends, if that is set.
    pub end: Option<DateTime>,
}

/// A learner's enrollment in a course run.
#[payload]
pub struct CourseEnrollmentData {
    /// Learner whose enrollment it is.
    pub user: UserData,
    /// Course run the learner is enrolled in.
    pub course: CourseData,
    /// Mode of the enrollment, such as `audit`, `honor` or `verified`.
    pub mode: String,
    /// Whether the enrollment is active; it stays, inactive, when the learner leaves the course.
    pub is_active: bool,
    /// When the enrollment was created.
    pub creation_date: DateTime,
    /// Who enrolled the learner, if it was somebody else and is known.
    pub created_by: Option<UserData>,
}
