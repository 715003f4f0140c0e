//! The mails to learners, and the receiver that sends them.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use openedx_events::{
    learning::data::CourseEnrollmentData, learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*,
};
use tokio::time;

/// The number of mails; in production, a mail service keeps them.
static SENT: AtomicUsize = AtomicUsize::new(0);

/// Sends a mail to a new learner. Without `only = bus` it would run twice for each enrollment of this process: when the event is sent,
/// while the request waits, and when it comes back from the bus.
#[receiver(COURSE_ENROLLMENT_CREATED, only = bus)]
async fn welcome(enrollment: &CourseEnrollmentData) -> Result<(), time::error::Elapsed> {
    // A failure is retried. The timeout is shorter than the consumer's, which is for receivers that hang.
    time::timeout(Duration::from_secs(5), deliver(&enrollment.user.pii.email)).await
}

/// Delivers a mail; in production, with a request to a mail service.
async fn deliver(_address: &str) {
    time::sleep(Duration::from_millis(5)).await;
    SENT.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count() -> usize {
    SENT.load(Ordering::Relaxed)
}
