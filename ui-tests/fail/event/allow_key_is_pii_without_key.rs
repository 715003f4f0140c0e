use openedx_events::{learning::data::UserData, prelude::*};

/// Sent when a learner has signed in.
#[event(
    type = "com.example.learning.session.login.completed.v1",
    allow(key_is_pii, reason = "published with this key"),
)]
pub struct SessionLoginCompleted {
    /// The learner.
    pub user: UserData,
}

fn main() {}
