use openedx_events::prelude::*;
use openedx_events::{AvroType, BoxError};
use std::rc::Rc;

#[derive(Debug, Clone, PartialEq)]
pub struct Price(Rc<i64>);

impl AvroType for Price {
    type Repr = i64;

    fn to_repr(&self) -> i64 {
        *self.0
    }

    fn from_repr(repr: i64) -> Result<Self, BoxError> {
        Ok(Self(Rc::new(repr)))
    }
}

/// A course.
#[payload]
pub struct CourseData {
    /// Price of the course.
    pub price: Price,
}

fn main() {}
