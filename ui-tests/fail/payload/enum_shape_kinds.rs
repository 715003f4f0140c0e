// errors: 4
use openedx_events::prelude::*;

/// A parameter.
#[payload]
pub enum Generic<T> {
    Audit(T),
}

/// A condition.
#[payload]
pub enum Bounded
where
    i64: Copy,
{
    Audit,
    #[payload(other)]
    Other(String),
}

#[payload]
pub enum Undocumented {
    Audit,
    #[payload(other)]
    Other(String),
}

/// Derives that the macro implements.
#[payload]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Derived {
    Audit,
    #[payload(other)]
    Other(String),
}

fn main() {}
