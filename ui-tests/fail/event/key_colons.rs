use openedx_events::prelude::*;

/// Sent when a learner has signed in.
#[event(type = "com.example.learning.session.login.completed.v1", key = user::id)]
pub struct SessionLoginCompleted {
    /// The learner.
    pub user: openedx_events::learning::data::UserData,
}

fn main() {}
