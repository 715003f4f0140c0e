use openedx_events::prelude::*;

/// Sent when an attempt at an exam waits for its result: a state is as good as a past tense.
#[event(type = "com.example.learning.exam.attempt.pending.v1")]
pub struct ExamAttemptPending {
    /// Number of the attempt.
    pub attempt: i64,
}
