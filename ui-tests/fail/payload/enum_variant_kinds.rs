// errors: 16
use openedx_events::prelude::*;

/// An enum of different data is one mistake.
#[payload]
pub enum Shape {
    Circle(f64),
    Rectangle(f64, f64),
}

/// Numbers.
#[payload]
pub enum Level {
    Low = 1,
    #[payload(other)]
    Other(String),
}

/// Arguments of variants.
#[payload]
pub enum Arguments {
    #[payload(text = "")]
    Empty,
    #[payload(text)]
    WithoutValue,
    #[payload(text = 5)]
    Number,
    #[payload(default)]
    Default,
    #[payload(rename = "x")]
    Rename,
    #[payload(txt = "x")]
    Txt,
    #[payload]
    Nothing,
    #[payload(other = true)]
    Other(String),
}

/// Attributes of variants.
#[payload]
pub enum Attributes {
    #[text = "bare"]
    Bare,
    #[event(text = "event")]
    Event,
    #[serde(rename = "s")]
    Serde,
    #[cfg(unix)]
    Unix,
    #[payload(other)]
    Other(String),
}

/// The argument of structs.
#[payload(text)]
pub enum Text {
    Audit,
    #[payload(other)]
    Other(String),
}

/// No variants.
#[payload]
pub enum Never {}

fn main() {}
