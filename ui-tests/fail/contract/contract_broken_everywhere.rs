// errors: 4
use openedx_events::{event, payload};

/// A patron of the library.
#[payload]
pub struct PersonData {
    /// The name.
    pub name: String,
    /// The email address.
    pub email: String,
}

/// A loan of a book.
#[payload]
pub struct LoanData {
    /// The borrower.
    pub person: PersonData,
    /// The length in days.
    pub days: i64,
    /// The tags.
    pub tags: Vec<String>,
    /// The date of return.
    pub ended: Option<String>,
}

/// Sent when a loan has changed.
#[event(type = "com.example.library.contract_broken_everywhere.changed.v1")]
pub struct Changed {
    /// The loan.
    pub loan: LoanData,
}

fn main() {}
