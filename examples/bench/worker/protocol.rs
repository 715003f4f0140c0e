//! What participants are told, and what they answer.

use serde::{Deserialize, Serialize};

use crate::process::Usage;

/// An order. What a kind of work has no use for, it leaves aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// How many events.
    pub(crate) count: u64,
    /// The consumer group, which begins with all that the topic has.
    pub(crate) group: String,
    /// The name of this member of the group.
    pub(crate) member: String,
    /// How many messages are read at a time.
    pub(crate) batch: usize,
}

impl Order {
    pub(crate) fn of(count: u64) -> Self {
        Self { count, group: String::new(), member: String::new(), batch: 1 }
    }
}

/// What an order took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    pub(crate) seconds: f64,
    /// Of all processors; zero where it is not known.
    pub(crate) processor_seconds: f64,
    /// Memory that the process has now, and the most that it has had.
    pub(crate) resident_kb: u64,
    pub(crate) peak_kb: u64,
}

impl Answer {
    pub(super) fn since(began: &Usage) -> Self {
        let now = Usage::now();
        Self {
            seconds: (now.time - began.time).as_secs_f64(),
            processor_seconds: now.processor_seconds - began.processor_seconds,
            resident_kb: now.resident_kb,
            peak_kb: now.peak_kb,
        }
    }
}
