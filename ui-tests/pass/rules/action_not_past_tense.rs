use openedx_events::prelude::*;

/// Sent when an attempt at an exam waits for its result. A state counts as a past tense.
#[event(type = "com.example.learning.exam.attempt.pending.v1")]
pub struct ExamAttemptPending {
    /// Number of the attempt.
    pub attempt: i64,
}
