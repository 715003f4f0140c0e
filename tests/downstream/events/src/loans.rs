//! Loans: the crate under another name, nested payloads, every kind of field.

use std::collections::{BTreeMap, HashMap};

use oe::{Bytes, DateTime, Uuid, event, keys::CourseKey, payload};

pub mod readers {
    //! A module below, with a payload that the one above uses.

    use oe::payload;

    /// Somebody who borrows books.
    #[payload(crate = oe)]
    pub struct Reader {
        /// Number on the card.
        pub card: i64,
        /// Name on the card.
        #[payload(pii)]
        pub name: String,
        /// Whether the card is valid.
        #[payload(default = true)]
        pub is_valid: bool,
    }
}

pub use readers::Reader;

/// A book that somebody took home.
#[payload(crate = oe)]
pub struct Loan {
    /// Reader who has the book.
    pub reader: Reader,
    /// Title of the book.
    pub title: String,
    /// Shelf mark of the copy.
    #[payload(default = format!("{}-{}", "A", 1))]
    pub shelf: String,
    /// When the book is due.
    pub due: Option<DateTime>,
    /// Reader who asked for it next.
    pub next_reader: Option<Reader>,
    /// Course that the book is for.
    pub course: Option<CourseKey>,
    /// Times it was extended.
    #[payload(default)]
    pub extensions: u16,
    /// Fee for a day.
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
    /// Picture of the cover.
    #[payload(default)]
    pub cover: Bytes,
    /// Number of the copy.
    #[payload(default)]
    pub copy: Uuid,
}

/// Sent when a reader has taken a book home.
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
    /// Number of books that the reader has now.
    #[event(default = 1)]
    pub count: i64,
    /// Branch of the library.
    pub branch: Option<String>,
    /// Titles that the reader asked for.
    #[event(default)]
    pub wishes: Vec<String>,
}

/// Sent when a reader has brought a book back.
#[event(type = "com.example.library.loan.ended.v1", key = loan.copy, crate = oe)]
pub struct LoanEnded {
    /// The loan.
    pub loan: Loan,
}

/// Sent when a reader has brought a book back, before there was [`LoanEnded`].
#[event(
    type = "com.example.library.loan.closed.v2",
    deprecated(since = "1.2.0", note = "use `LOAN_ENDED`"),
    crate = oe,
)]
pub struct LoanClosedV2 {
    /// The loan.
    pub loan: Loan,
}

/// What stays in the process, and has no form on a wire.
pub struct Session(pub std::sync::Mutex<u64>);

/// Sent when a librarian has opened the desk.
#[event(type = "com.example.library.desk.opened.v1", local_only = "holds a session of this process", crate = oe)]
pub struct DeskOpened {
    /// Session of the librarian.
    pub session: Session,
}
