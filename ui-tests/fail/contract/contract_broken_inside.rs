// errors: 9
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

mod added_inside {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_added_inside.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod made_optional {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_made_optional.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod made_required {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_made_required.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod record_renamed {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_record_renamed.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod record_replaced {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_record_replaced.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod renamed {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_renamed.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod reordered {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_reordered.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod retyped {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_retyped.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod default {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_broken_default.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

fn main() {}
