use openedx_events::prelude::*;

/// How a course is priced.
#[payload]
pub enum Pricing {
    Free,
    Paid,
    #[payload(other)]
    Other(String),
}

/// The price of a course.
#[payload]
pub struct PriceData {
    /// How it is priced.
    pub pricing: Pricing,
    /// The price, unless it is free.
    pub cents: Option<i64>,
}
