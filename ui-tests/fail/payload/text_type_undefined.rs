use openedx_events::prelude::*;

/// An amount of money.
#[payload(text)]
pub struct Money(pub Decimal);

fn main() {}
