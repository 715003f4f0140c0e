//! The command line of a service with its own events and receivers.

use std::{process::ExitCode, sync::Mutex, time::Instant};

use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    management,
    prelude::*,
};

/// A loan of a book.
#[payload]
pub struct LoanData {
    /// The copy on loan.
    pub copy_id: i64,
    /// The reader who has it.
    #[payload(pii)]
    pub reader: String,
}

/// Sent when a book has been lent.
///
/// Not sent when a loan is extended.
#[event(
    type = "com.example.library.book.lent.v1",
    repository = "example/library",
    warning = "Readers can be children.",
    minor_version = 2
)]
pub struct BookLent {
    /// The loan.
    pub loan: LoanData,
    /// The previous loan.
    pub previous: Option<LoanData>,
    /// The shelf of the book.
    pub shelf: String,
}

/// Sent when a book has been returned.
#[event(
    type = "com.example.library.book.returned.v1",
    deprecated(since = "2.0", note = "see `BOOK_LENT`"),
    key = loan.copy_id
)]
pub struct BookReturned {
    /// The loan.
    pub loan: LoanData,
}

/// Sent when the doors open.
#[event(
    type = "com.example.library.door.opened.v1",
    local_only = "its time has no meaning in other processes"
)]
pub struct DoorOpened {
    /// The time.
    pub at: Instant,
    /// The person who opened them.
    pub by: Mutex<String>,
}

/// Stays in the process, although its data can be encoded.
#[event(type = "com.example.library.door.closed.v1", local_only = "only relevant in this process")]
pub struct DoorClosed {
    /// The last loan of the day.
    pub loan: LoanData,
}

#[receiver(COURSE_ENROLLMENT_CREATED, order = 5)]
fn reserve_books(enrollment: &CourseEnrollmentData) {
    let _ = enrollment.course.course_key.as_str();
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn greet() {}

fn main() -> ExitCode {
    management::run()
}
