//! Data of the events in [`signals`](super::signals).

use crate::payload;

/// An assignment of a role: that a subject has it, in a scope.
#[payload]
pub struct RoleAssignmentData {
    /// What was done with the assignment: `created` or `deleted`.
    pub operation: String,
    /// Who has the role, as kind and name: `user^ada`.
    #[payload(pii)]
    pub subject: String,
    /// The role, such as `course_admin`.
    pub role: String,
    /// Where the role holds, such as the key of a course run.
    pub scope: String,
    /// Primary key of the user who did it in the LMS database, if that is known.
    pub actor_id: Option<i64>,
}
