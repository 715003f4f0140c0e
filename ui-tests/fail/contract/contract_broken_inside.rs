// errors: 9
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

mod added_inside {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_added_inside.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod made_optional {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_made_optional.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod made_required {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_made_required.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod record_renamed {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_record_renamed.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod record_replaced {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_record_replaced.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod renamed {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_renamed.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod reordered {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_reordered.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod retyped {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_retyped.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

mod default {
    /// Sent when something has changed.
    #[super::event(type = "com.example.library.contract_broken_default.changed.v1")]
    pub struct Changed {
        /// The loan.
        pub loan: super::LoanData,
    }
}

fn main() {}
