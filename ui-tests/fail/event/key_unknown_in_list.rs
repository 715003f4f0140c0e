use openedx_events::prelude::*;

/// A loan.
#[payload]
pub struct LoanData {
    /// The copy.
    pub copy_id: i64,
}

/// Sent when books were lent.
#[event(type = "com.example.library.books.lent.v1", key = loans.copy_id)]
pub struct BooksLent {
    /// The loans.
    pub loans: Vec<LoanData>,
}

fn main() {}
