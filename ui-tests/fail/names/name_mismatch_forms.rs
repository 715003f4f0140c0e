// errors: 5
use openedx_events::prelude::*;

/// Sent when it happened.
#[event(type = "com.example.learning.course__run.created.v1")]
pub struct RunMade {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.office_.desk.moved.v1")]
pub struct OfficeTableMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.wall.clock.moved.v2")]
pub struct WallWatchMoved {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.tracking.event.emitted.v1")]
pub struct LogEmitted {
    /// Which one.
    pub id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.lamp.moved.v1")]
pub struct ORALampMovedV2 {
    /// Which one.
    pub id: i64,
}

fn main() {}
