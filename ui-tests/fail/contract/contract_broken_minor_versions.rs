// errors: 2
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

mod older_minor_version {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_older_minor_version.changed.v1", minor_version = 2)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
        /// How many the person has.
        pub count: Option<i64>,
    }
}

mod in_both_minor_versions {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_in_both_minor_versions.changed.v1", minor_version = 2)]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

fn main() {}
