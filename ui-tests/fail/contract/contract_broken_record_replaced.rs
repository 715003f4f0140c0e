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

/// Sent when something has changed.
#[event(type = "com.example.library.contract_broken_record_replaced.changed.v1")]
pub struct Changed {
    /// The loan.
    pub loan: LoanData,
}

fn main() {}
