// errors: 2
use openedx_events::prelude::*;

/// A seat.
#[payload]
#[derive(Ord)]
pub struct SeatData {
    /// Its number.
    pub number: i64,
}

/// A row.
#[payload]
#[derive(Eq, std::cmp::Ord)]
pub struct RowData {
    /// Its number.
    pub number: i64,
}

fn main() {}
