// errors: 5
use openedx_events::prelude::*;

/// As in serde.
#[payload(transparent)]
pub struct Transparent(pub u64);

/// In capital letters.
#[payload(Text)]
pub struct Capital(pub u64);

/// In quotes.
#[payload("text")]
pub struct Quoted(pub u64);

/// On a field.
#[payload]
pub struct OrderData {
    /// A number.
    #[payload(text)]
    pub a: u64,
}

/// A type without a string.
#[payload(transparent)]
pub struct WithoutText(pub String);

fn main() {}
