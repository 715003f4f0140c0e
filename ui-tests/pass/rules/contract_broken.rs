use openedx_events::{event, payload};

/// A copy of a book.
#[payload]
pub struct CopyData {
    /// Number of the copy.
    pub number: i64,
}

/// Sent when a copy was moved to another shelf.
///
/// The contract of minor version 0 has only `copy`.
#[event(type = "com.example.library.copy.moved.v1", minor_version = 1)]
pub struct CopyMoved {
    /// The copy.
    pub copy: CopyData,
    /// The new shelf, if it is known.
    pub shelf: Option<String>,
}
