use openedx_events::prelude::*;

/// How a course is priced.
#[payload]
pub enum Pricing {
    Free,
    Paid { cents: i64 },
    #[payload(other)]
    Other(String),
}

fn main() {}
