use openedx_events::{event, payload};

/// A reader of the library.
#[payload]
pub struct PersonData {
    /// Name of the reader.
    pub name: String,
    /// E-mail address of the reader.
    pub email: String,
}

/// A loan of a book.
#[payload]
pub struct LoanData {
    /// Reader who borrowed the book.
    pub person: PersonData,
    /// Length of the loan in days.
    pub days: i64,
    /// Tags of the book.
    pub tags: Vec<String>,
    /// When the book was returned, if it was.
    pub ended: Option<String>,
}

/// Sent when something has changed.
#[event(type = "com.example.library.contract_broken.changed.v1")]
pub struct Changed {
    /// The loan.
    pub loan: LoanData,
}

fn main() {}
