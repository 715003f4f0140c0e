use openedx_events::{learning::data::UserData, prelude::*};

/// Sent when a learner has signed in.
#[event(type = "com.example.learning.session.login.completed.v1", key = user.pii.email)]
pub struct SessionLoginCompleted {
    /// The learner.
    pub user: UserData,
}

fn main() {}
