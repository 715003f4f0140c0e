use openedx_events::{event, payload};

/// A copy of a book.
#[payload]
pub struct CopyData {
    /// Number on its back.
    pub number: i64,
}

/// Sent when a copy has got another place.
///
/// The contract of minor version 0 has `copy` alone.
#[event(type = "com.example.library.copy.moved.v1", minor_version = 1)]
pub struct CopyMoved {
    /// The copy.
    pub copy: CopyData,
    /// Its new shelf, where that is known.
    pub shelf: Option<String>,
}
