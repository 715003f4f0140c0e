//! A user's type needs three items to be a field, or to be inside a list, a map or an option.

use std::collections::{BTreeMap, HashMap};

use openedx_events::{AvroType, BoxError, prelude::*};

/// An amount of money in cents.
#[derive(Debug, Clone, PartialEq)]
pub struct Price(i64);

impl AvroType for Price {
    type Repr = String;

    fn to_repr(&self) -> String {
        self.0.to_string()
    }

    fn from_repr(repr: String) -> Result<Self, BoxError> {
        Ok(Self(repr.parse()?))
    }
}

/// A price that was agreed on, which has the Avro form of a price.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer(Price);

impl AvroType for Offer {
    type Repr = <Price as AvroType>::Repr;

    fn to_repr(&self) -> Self::Repr {
        self.0.to_repr()
    }

    fn from_repr(repr: Self::Repr) -> Result<Self, BoxError> {
        Price::from_repr(repr).map(Self)
    }
}

/// Keys, some of which may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Courses(Vec<CourseKey>);

impl AvroType for Courses {
    type Repr = Vec<CourseKey>;

    fn to_repr(&self) -> Self::Repr {
        self.0.clone()
    }

    fn from_repr(repr: Self::Repr) -> Result<Self, BoxError> {
        Ok(Self(repr))
    }
}

/// Sent when an order was paid.
#[event(type = "com.example.shop.order.paid.v1", key = price)]
pub struct OrderPaid {
    /// The price.
    pub price: Price,
    /// The list price, if it is another one.
    pub before: Option<Price>,
    /// The prices of its parts.
    pub parts: Vec<Price>,
    /// The prices by name.
    pub by_name: BTreeMap<String, Vec<Price>>,
    /// The prices in no order.
    pub unordered: HashMap<String, Price>,
    /// The agreed terms.
    pub offer: Offer,
    /// The goods.
    pub courses: Courses,
}

fn main() {
    let event = OrderPaid {
        price: Price(1250),
        before: None,
        parts: vec![Price(1000), Price(250)],
        by_name: BTreeMap::from([("a".to_owned(), vec![Price(1000)])]),
        unordered: HashMap::from([("b".to_owned(), Price(250))]),
        offer: Offer(Price(1200)),
        courses: Courses(Vec::new()),
    };
    let bytes = openedx_events::codec::encode(&event);
    assert_eq!(openedx_events::codec::decode::<OrderPaid>(&bytes).unwrap(), event);
}
