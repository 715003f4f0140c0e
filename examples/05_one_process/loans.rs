//! The event of this service, its sender and its receiver.

use std::sync::atomic::{AtomicUsize, Ordering};

use openedx_events::prelude::*;

/// A loan of a book.
#[payload]
pub struct LoanData {
    /// The copy on loan.
    pub copy_id: i64,
    /// When it is due.
    pub due: Option<DateTime>,
}

/// Sent when a reader takes a book home.
#[event(type = "com.example.library.book.lent.v1", key = loan.copy_id)]
pub struct BookLent {
    /// The loan.
    pub loan: LoanData,
}

/// The number of reminders; in production, a table in a database.
static REMINDERS: AtomicUsize = AtomicUsize::new(0);

/// Lends a copy. Returns whether the bus took the event.
pub(crate) fn lend(copy_id: i64) -> bool {
    let event = BookLent::builder().loan(LoanData::builder().copy_id(copy_id).build()).build();
    BOOK_LENT.send_event(event).delivered()
}

/// Schedules a reminder. Without `only = bus` it would run twice for each loan of this process: when the event is sent, while the
/// request waits, and when it comes back from the bus.
#[receiver(BOOK_LENT, only = bus)]
fn remind(_loan: &LoanData) {
    REMINDERS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count_reminders() -> usize {
    REMINDERS.load(Ordering::Relaxed)
}
