// errors: 2
use openedx_events::prelude::*;

/// An optional number.
#[payload(text)]
pub struct Number(pub Option<i64>);

/// A borrowed text.
#[payload(text)]
pub struct Word(pub &'static str);

fn main() {}
