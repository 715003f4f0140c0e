//! The command line of an imaginary service, which has events and receivers of its own.

use std::{process::ExitCode, sync::Mutex, time::Instant};

use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    management,
    prelude::*,
};

/// A book that was lent.
#[payload]
pub struct LoanData {
    /// Copy that was lent.
    pub copy_id: i64,
    /// Who has it now.
    #[payload(pii)]
    pub reader: String,
}

/// Sent when a book has been lent.
///
/// Not when a loan was prolonged.
#[event(
    type = "com.example.library.book.lent.v1",
    repository = "example/library",
    warning = "Readers can be children.",
    minor_version = 2
)]
pub struct BookLent {
    /// The loan.
    pub loan: LoanData,
    /// The loan before.
    pub previous: Option<LoanData>,
    /// Shelf it stood on.
    pub shelf: String,
}

/// Sent when a book came back.
#[event(
    type = "com.example.library.book.returned.v1",
    deprecated(since = "2.0", note = "see `BOOK_LENT`"),
    key = loan.copy_id
)]
pub struct BookReturned {
    /// The loan.
    pub loan: LoanData,
}

/// Sent when the doors were opened.
#[event(type = "com.example.library.door.opened.v1", local_only = "its time has no meaning elsewhere")]
pub struct DoorOpened {
    /// When that was.
    pub at: Instant,
    /// Who did it.
    pub by: Mutex<String>,
}

/// Stays in the process, though its data has an Avro form.
#[event(type = "com.example.library.door.closed.v1", local_only = "nobody else has to know")]
pub struct DoorClosed {
    /// The last loan before.
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
