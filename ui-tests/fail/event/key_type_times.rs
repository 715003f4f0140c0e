// errors: 2
use openedx_events::prelude::*;

/// Sent when a door was opened.
#[event(type = "com.example.learning.door.opened.v1", key = is_front)]
pub struct DoorOpened {
    /// Whether it is the front door.
    pub is_front: bool,
    /// When it was opened.
    pub at: DateTime,
    /// Which one.
    pub door: i64,
}

/// Sent when a window was opened.
#[event(type = "com.example.learning.window.opened.v1", key = is_front)]
pub struct WindowOpened {
    /// Whether it is in the front.
    pub is_front: bool,
    /// When it was opened.
    pub at: DateTime,
}

fn main() {}
