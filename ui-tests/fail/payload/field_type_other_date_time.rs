// errors: 2
use openedx_events::prelude::*;

mod clock {
    pub struct Utc;
    pub struct DateTime<Zone>(pub Zone);
}
use clock::{DateTime, Utc};

/// A loan.
#[payload]
pub struct LoanData {
    /// When it is due.
    pub due: DateTime<Utc>,
    /// When it was due.
    pub before: Option<clock::DateTime<Utc>>,
}

fn main() {}
