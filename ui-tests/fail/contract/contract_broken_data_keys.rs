// errors: 6
use openedx_events::{event, payload};

/// Somebody with a card of the library.
#[payload]
pub struct PersonData {
    /// How others call the person.
    pub name: String,
    /// Where mail goes to.
    pub email: String,
}

/// A book that somebody has at home.
#[payload]
pub struct LoanData {
    /// Who has it.
    pub person: PersonData,
    /// For how long.
    pub days: i64,
    /// What others say about it.
    pub tags: Vec<String>,
    /// When it came back.
    pub ended: Option<String>,
}

mod data_key_removed {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_data_key_removed.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod data_key_inserted {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_data_key_inserted.changed.v1", minor_version = 1)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// How many the person has.
        pub count: i64,
    }
}

mod data_key_without_default {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_data_key_without_default.changed.v1", minor_version = 1)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// How many the person has.
        pub count: i64,
    }
}

mod minor_version_not_raised {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_minor_version_not_raised.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// How many the person has.
        pub count: Option<i64>,
    }
}

mod neither_raised_nor_optional {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_neither_raised_nor_optional.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// How many the person has.
        pub count: i64,
    }
}

mod local_only {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_local_only.changed.v1", local_only = "is not for others")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// How many the person has.
        pub count: std::num::NonZeroUsize,
    }
}

fn main() {}
