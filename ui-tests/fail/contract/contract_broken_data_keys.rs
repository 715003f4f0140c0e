// errors: 6
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

mod data_key_removed {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_data_key_removed.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod data_key_inserted {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_data_key_inserted.changed.v1", minor_version = 1)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: i64,
    }
}

mod data_key_without_default {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_data_key_without_default.changed.v1", minor_version = 1)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: i64,
    }
}

mod minor_version_not_raised {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_minor_version_not_raised.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: Option<i64>,
    }
}

mod neither_raised_nor_optional {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_neither_raised_nor_optional.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: i64,
    }
}

mod local_only {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_local_only.changed.v1", local_only = "is not for others")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// The number of loans.
        pub count: std::num::NonZeroUsize,
    }
}

fn main() {}
