// errors: 2
use openedx_events::prelude::*;

/// Sent when a program was built.
#[event(type = "com.example.learning.program.built.v1")]
pub struct ProgramBuilt {
    /// The number of the build.
    pub build: i64,
    /// The title.
    pub _title: String,
}

fn main() {}
