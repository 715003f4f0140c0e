//! Receivers that the service links with `use handlers_a as _;`.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use events::loans::{Loan, LOAN_CREATED, LOAN_ENDED};
use openedx_events::{
    learning::{
        data::CourseEnrollmentData,
        signals::{COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED},
    },
    prelude::*,
};

/// Has the same name as a function in `handlers_b`.
///
/// # Panics
///
/// Panics if the book has no title.
#[receiver(LOAN_CREATED)]
pub fn notify(loan: &Loan) {
    assert!(!loan.title.is_empty());
}

/// Runs before the others.
#[receiver(LOAN_CREATED, order = -10)]
fn first(count: &i64, wishes: &[String]) -> Result<(), String> {
    if wishes.len() > 1 {
        Err(format!("{count} books are enough"))
    } else {
        Ok(())
    }
}

/// Takes an `Option`, as in the event.
#[receiver(LOAN_CREATED)]
fn branch(branch: &Option<String>, metadata: &EventsMetadata) {
    assert_eq!(branch.as_deref(), Some("main"));
    assert_eq!(metadata.event_type, "com.example.library.loan.created.v1");
}

/// Receives two events.
#[receiver(LOAN_CREATED, LOAN_ENDED, order = 5)]
fn count(loan: &Loan, from_event_bus: bool) {
    assert!(!from_event_bus && loan.reader.is_valid);
}

pub mod learning {
    //! Receivers for events of the catalogue.

    use super::{receiver, CourseEnrollmentData, COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED};

    /// Receives two events.
    #[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED)]
    fn reserve_books(enrollment: &CourseEnrollmentData) -> Result<(), std::fmt::Error> {
        if enrollment.is_active {
            Ok(())
        } else {
            Err(std::fmt::Error)
        }
    }
}
