//! Receivers. The service names one of them in `expect_receivers!`, which links them all.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

use events::loans::{Loan, LoanEnded, Session, DESK_OPENED, LOAN_CREATED, LOAN_ENDED};
use openedx_events::{
    learning::signals::{CourseEnrollmentCreated, COURSE_ENROLLMENT_CREATED},
    prelude::*,
};

/// Has the same name as a function in `handlers_a`, and fails.
///
/// # Errors
///
/// Always.
#[receiver(LOAN_CREATED)]
pub fn notify(loan: &Loan) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Err(format!("no printer for `{}`", loan.title).into())
}

/// Panics, which does not affect other receivers.
#[receiver(LOAN_ENDED)]
fn inspect(event: &LoanEnded) {
    panic!("a page of `{}` is missing", event.loan.title);
}

/// Receives a local-only event.
#[receiver(DESK_OPENED)]
fn count(session: &Session) -> Result<(), ReceiverError> {
    let mut count = session.0.lock().map_err(|error| ReceiverError::permanent(error.to_string()))?;
    *count += 1;
    Ok(())
}

/// Receives an event of the catalogue.
#[receiver(COURSE_ENROLLMENT_CREATED, order = 1)]
fn greet(event: &CourseEnrollmentCreated, _metadata: &EventsMetadata) {
    assert_eq!(event.enrollment.user.id, 7);
}
