use openedx_events::{learning::data::UserData, prelude::*};

/// Sent when a desk was moved.
#[event(type = "com.example.learning.desk.moved.v1")]
pub struct DeskMoved {
    /// The person who moved it.
    pub user: UserData,
}

/// Sent when a chair was moved.
#[event(type = "com.example.learning.chair.moved.v1")]
pub struct ChairMoved {
    /// The person who moved it, if known.
    pub user: Option<UserData>,
}

#[receiver(DESK_MOVED, CHAIR_MOVED)]
fn notify(_user: &UserData) {}

fn main() {}
