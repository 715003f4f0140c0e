use openedx_events::prelude::*;

/// A piece of music.
#[payload]
#[allow(non_camel_case_types)]
pub struct record {
    /// The title.
    pub title: String,
}

fn main() {}
