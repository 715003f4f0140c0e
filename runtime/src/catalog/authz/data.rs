//! Data of the events in [`signals`](super::signals).

use crate::payload;

/// An assignment of a role to a subject, in a scope.
#[payload]
pub struct RoleAssignmentData {
    /// The operation on the assignment: `created` or `deleted`.
    pub operation: String,
    /// The subject of the role, as kind and name: `user^ada`.
    #[payload(pii)]
    pub subject: String,
    /// The role, such as `course_admin`.
    pub role: String,
    /// Scope of the role, such as the key of a course run.
    pub scope: String,
    /// Primary key in the LMS database of the user who made the change, if known.
    pub actor_id: Option<i64>,
}
