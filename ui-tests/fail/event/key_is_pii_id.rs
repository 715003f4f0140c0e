use openedx_events::prelude::*;

/// A learner.
#[payload(pii)]
pub struct LearnerData {
    /// The id.
    pub id: i64,
}

/// Sent when a learner has signed in.
#[event(type = "com.example.learning.session.login.completed.v1", key = user.id)]
pub struct SessionLoginCompleted {
    /// The learner.
    pub user: LearnerData,
}

fn main() {}
