//! Events of the authz subdomain.

use super::data::RoleAssignmentData;
use crate::event;

/// Sent when a subject, such as a user, has been given a role in a scope.
#[event(
    type = "org.openedx.authz.role_assignment.created",
    // Upstream says `user.pii.username`, which is not in the data.
    key = role_assignment.subject,
    repository = "openedx/openedx-authz",
    allow(type_missing_version, reason = "published without a version"),
    allow(key_is_pii, reason = "the data has no subject id to keep its assignments in order"),
)]
pub struct RoleAssignmentCreated {
    /// The new assignment.
    pub role_assignment: RoleAssignmentData,
}

/// Sent when a subject, such as a user, has lost a role in a scope.
#[event(
    type = "org.openedx.authz.role_assignment.deleted",
    // Upstream says `user.pii.username`, which is not in the data.
    key = role_assignment.subject,
    repository = "openedx/openedx-authz",
    allow(type_missing_version, reason = "published without a version"),
    allow(key_is_pii, reason = "the data has no subject id to keep its assignments in order"),
)]
pub struct RoleAssignmentDeleted {
    /// The deleted assignment.
    pub role_assignment: RoleAssignmentData,
}
