// errors: 6
use openedx_events::prelude::*;

/// The argument has another name.
#[payload]
pub enum Kind {
    A,
    #[payload(catch_all)]
    Other(String),
}

/// The argument is in quotes.
#[payload]
pub enum Quoted {
    A,
    #[payload("other")]
    Other(String),
}

/// The wrong variant is marked.
#[payload]
pub enum Moved {
    A(String),
    #[payload(other)]
    B,
}

/// The mark has a condition.
#[payload]
pub enum Conditional {
    A,
    #[cfg_attr(unix, payload(other))]
    Other(String),
}

/// Brackets with nothing in them.
#[payload]
pub enum Brackets {
    A(),
    B {},
    #[payload(other)]
    Other(String),
}

fn main() {}
