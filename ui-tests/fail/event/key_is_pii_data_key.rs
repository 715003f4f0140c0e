use openedx_events::{learning::data::UserData, prelude::*};

type Learner = UserData;

/// Sent when a learner has signed in.
#[event(type = "com.example.learning.session.login.completed.v1", key = r#type.id)]
pub struct SessionLoginCompleted {
    /// The learner.
    #[event(pii)]
    pub r#type: Learner,
}

fn main() {}
