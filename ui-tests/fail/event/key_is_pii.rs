use openedx_events::prelude::*;

/// A learner.
#[payload]
pub struct LearnerData {
    /// Number of the learner.
    pub id: i64,
    /// Name under which the learner signs in.
    #[payload(pii)]
    pub username: String,
}

/// Sent when a learner has signed in.
#[event(type = "com.example.learning.session.login.completed.v1", key = learner.username)]
pub struct SessionLoginCompleted {
    /// The learner.
    pub learner: LearnerData,
}

fn main() {}
