//! A custom type that implements `AvroType`.

use openedx_events::{AvroType, BoxError};

/// An amount of money in cents; on the wire, a decimal string such as `12.50`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Price {
    /// The number of cents.
    pub cents: u32,
}

impl AvroType for Price {
    type Repr = String;

    fn to_repr(&self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    fn from_repr(repr: String) -> Result<Self, BoxError> {
        let (whole, part) = repr.split_once('.').ok_or("a price has a decimal point")?;
        if part.len() != 2 {
            return Err("a price has two decimals".into());
        }
        let cents =
            whole.parse::<u32>()?.checked_mul(100).and_then(|cents| cents.checked_add(part.parse().ok()?));
        Ok(Self { cents: cents.ok_or("a price is a number of cents")? })
    }
}
