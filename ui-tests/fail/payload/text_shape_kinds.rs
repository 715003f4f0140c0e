// errors: 10
use openedx_events::prelude::*;

/// No value.
#[payload(text)]
pub struct Nothing;

/// Two values.
#[payload(text)]
pub struct Two(pub i64, pub i64);

/// A record.
#[payload(text)]
pub struct Record {
    /// The width.
    pub width: i64,
    /// The height.
    pub height: i64,
}

/// A parameter.
#[payload(text)]
pub struct Generic<T>(pub T);

#[payload(text)]
pub struct Undocumented(pub u64);

/// An argument in the wrong place.
#[payload(text)]
pub struct Email(#[payload(pii)] pub String);

/// An argument with a value.
#[payload(text = "string")]
pub struct Value(pub u64);

/// A derive that the macro implements.
#[payload(text)]
#[derive(Debug, Clone, Copy)]
pub struct Derived(pub u64);

/// A type without anything.
pub struct Point;

/// A value that is not a string.
#[payload(text)]
pub struct Place(pub Point);

/// A value with an error that is not an error type.
#[derive(Debug, Clone, PartialEq)]
pub struct Word(String);

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Word {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(Self(text.to_owned()))
    }
}

/// A word.
#[payload(text)]
pub struct WordText(pub Word);

/// The types above are not reported again.
#[payload]
pub struct CourseData {
    /// One.
    pub place: Place,
    /// One.
    pub nothing: Vec<Nothing>,
}

fn main() {}
