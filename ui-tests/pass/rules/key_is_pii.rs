use openedx_events::prelude::*;
use openedx_events::learning::data::UserData;

/// Sent when a user could not sign in.
#[event(
    type = "com.example.learning.login.failed.v1",
    key = user.id
)]
pub struct LoginFailed {
    /// User who tried to sign in.
    pub user: UserData,
}
