// errors: 8
use openedx_events::prelude::*;

/// The catch-all is not marked.
#[payload]
pub enum Unmarked {
    Audit,
    Rest(String),
}

/// The name of the usual catch-all is taken.
#[payload]
pub enum Taken {
    Audit,
    Other,
}

/// Several catch-alls.
#[payload]
pub enum Several {
    Audit,
    #[payload(other)]
    Other(String),
    #[payload(other)]
    Rest(String),
}

/// The catch-all holds nothing.
#[payload]
pub enum Empty {
    Audit,
    #[payload(other)]
    Other,
}

/// The catch-all holds another type.
#[payload]
pub enum Wrong {
    Audit,
    #[payload(other)]
    Other(i64),
}

/// The catch-all names its value.
#[payload]
pub enum Named {
    Audit,
    #[payload(other)]
    Other {
        text: String,
    },
}

/// The catch-all sets `text`.
#[payload]
pub enum WithText {
    Audit,
    #[payload(other, text = "other")]
    Other(String),
}

/// The catch-all is marked as in serde.
#[payload]
pub enum OfSerde {
    Audit,
    #[serde(other)]
    Other(String),
}

/// The enums above are not reported again.
#[payload]
pub struct LearnerData {
    /// One.
    pub unmarked: Unmarked,
    /// One.
    pub several: Vec<Several>,
    /// One.
    pub wrong: Option<Wrong>,
}

fn main() {
    let _ = (Unmarked::from("audit"), Wrong::Audit.as_str() == "audit");
}
