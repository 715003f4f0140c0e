// errors: 3
use openedx_events::prelude::*;

/// A program.
#[payload]
pub struct ProgramData {
    /// The number of the build.
    pub build: i64,
    /// The size.
    pub größe: i64,
    /// The title.
    pub __title: String,
}

fn main() {}
