//! Loans: nested payloads with every kind of field, defined through the renamed crate.

use std::collections::{BTreeMap, HashMap};

use oe::{Bytes, DateTime, Uuid, event, keys::CourseKey, payload};

pub mod readers {
    //! A nested module with a payload that its parent uses.

    use oe::payload;

    /// A reader of the library.
    #[payload(crate = oe)]
    pub struct Reader {
        /// The number on the card.
        pub card: i64,
        /// The name on the card.
        #[payload(pii)]
        pub name: String,
        /// True if the card is valid.
        #[payload(default = true)]
        pub is_valid: bool,
    }
}

pub use readers::Reader;

/// A loan of a book.
#[payload(crate = oe)]
pub struct Loan {
    /// The reader who has the book.
    pub reader: Reader,
    /// The title of the book.
    pub title: String,
    /// The shelf mark of the copy.
    #[payload(default = format!("{}-{}", "A", 1))]
    pub shelf: String,
    /// The due date.
    pub due: Option<DateTime>,
    /// The next reader in the queue.
    pub next_reader: Option<Reader>,
    /// The course that the book is for.
    pub course: Option<CourseKey>,
    /// The number of extensions.
    #[payload(default)]
    pub extensions: u16,
    /// The fee per day.
    #[payload(default)]
    pub fee: f64,
    /// Notes, in order.
    #[payload(default)]
    pub notes: Vec<String>,
    /// Earlier readers.
    #[payload(default)]
    pub earlier: Vec<Reader>,
    /// Labels.
    #[payload(default)]
    pub labels: BTreeMap<String, String>,
    /// Counters.
    #[payload(default)]
    pub counters: HashMap<String, i64>,
    /// A picture of the cover.
    #[payload(default)]
    pub cover: Bytes,
    /// The id of the copy.
    #[payload(default)]
    pub copy: Uuid,
}

/// Sent when a reader takes a book home.
#[event(
    type = "com.example.library.loan.created.v1",
    key = loan.reader.card,
    repository = "example/library",
    warning = "sent again when the loan is extended",
    crate = oe,
)]
pub struct LoanCreated {
    /// The loan.
    pub loan: Loan,
    /// The number of books that the reader has now.
    #[event(default = 1)]
    pub count: i64,
    /// The branch of the library.
    pub branch: Option<String>,
    /// The titles that the reader has requested.
    #[event(default)]
    pub wishes: Vec<String>,
}

/// Sent when a reader returns a book.
#[event(type = "com.example.library.loan.ended.v1", key = loan.copy, crate = oe)]
pub struct LoanEnded {
    /// The loan.
    pub loan: Loan,
}

/// Sent when a loan ends. [`LoanEnded`] replaces it.
#[event(
    type = "com.example.library.loan.closed.v2",
    deprecated(since = "1.2.0", note = "use `LOAN_ENDED`"),
    crate = oe,
)]
pub struct LoanClosedV2 {
    /// The loan.
    pub loan: Loan,
}

/// A value without a wire form.
pub struct Session(pub std::sync::Mutex<u64>);

/// Sent when a librarian opens the desk.
#[event(type = "com.example.library.desk.opened.v1", local_only = "holds a session of this process", crate = oe)]
pub struct DeskOpened {
    /// The librarian's session.
    pub session: Session,
}
