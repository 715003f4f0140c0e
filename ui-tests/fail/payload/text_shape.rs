use openedx_events::prelude::*;

/// An account number beyond the range of `i64`.
#[payload(text)]
pub struct AccountNumber {
    pub number: u128,
}

fn main() {}
