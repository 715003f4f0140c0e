use openedx_events::{AvroType, BoxError, prelude::*};

/// An amount of money, on the wire a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// The amount in cents.
    pub cents: i64,
}

impl AvroType for Price {
    type Repr = String;

    fn to_repr(&self) -> String {
        self.cents.to_string()
    }

    fn from_repr(repr: String) -> Result<Self, BoxError> {
        Ok(Self { cents: repr.parse()? })
    }
}

/// Sent when somebody has paid.
#[event(type = "com.example.learning.course.price.paid.v1", key = price.cents)]
pub struct CoursePricePaid {
    /// What was paid.
    pub price: Price,
}

fn main() {}
