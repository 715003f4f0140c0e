// errors: 2
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

mod older_minor_version {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_older_minor_version.changed.v1", minor_version = 2)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: Option<i64>,
    }
}

mod in_both_minor_versions {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_in_both_minor_versions.changed.v1", minor_version = 2)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

fn main() {}
