//! A later version of the crate `events`, in which an event has an additional data key.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

/// Loans, as in the other version.
pub mod loans {
    use openedx_events::event;

    /// Sent when a book is lent.
    #[event(type = "com.example.library.loan.created.v1", minor_version = 1)]
    pub struct LoanCreated {
        /// The number of the loan.
        pub number: i64,
        /// The number of the desk.
        pub desk: Option<i64>,
    }
}
