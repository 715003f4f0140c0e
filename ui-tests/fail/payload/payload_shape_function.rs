use openedx_events::prelude::*;

/// A course.
#[payload]
pub fn course() {}

fn main() {}
