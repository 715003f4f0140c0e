//! Events that keep their contracts.

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

/// The event equals its contract.
mod same {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_same.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

/// Data keys were added at the end, one for each minor version.
mod added {
    /// An alias of `Option`.
    pub type Maybe<T> = Option<T>;

    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_added.changed.v1", minor_version = 2)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: Maybe<i64>,
        /// The place.
        #[event(default)]
        pub place: String,
    }
}

/// A minor version without a contract of its own.
mod not_published_yet {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_not_published_yet.changed.v1", minor_version = 3)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        #[event(default = 1)]
        pub count: i64,
    }
}

/// Local-only events can have a contract too.
mod local_only {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_local_only.changed.v1", local_only = "is not for others")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

fn main() {}
