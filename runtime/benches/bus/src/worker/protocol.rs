//! The orders and answers of participants.

use serde::{Deserialize, Serialize};

use crate::process::Usage;

/// An order. Each kind of work uses the fields that it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) count: u64,
    /// The consumer group, which starts with the oldest message.
    pub(crate) group: String,
    pub(crate) member: String,
    /// The number of messages to read at a time.
    pub(crate) batch: usize,
    /// The number of messages to handle at a time.
    pub(crate) lanes: usize,
    /// How long the receiver takes.
    pub(crate) micros: u64,
}

impl Order {
    pub(crate) fn of(count: u64) -> Self {
        Self { count, group: String::new(), member: String::new(), batch: 1, lanes: 1, micros: 0 }
    }
}

/// The seconds from producer to receiver that 50, 99 and 99.9 percent of the events need at most; zero if they were not measured.
pub(crate) type Latencies = [f64; 3];

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    pub(crate) seconds: f64,
    /// The sum over all processors; zero if unknown.
    pub(crate) processor_seconds: f64,
    /// The current memory of the process.
    pub(crate) resident_kb: u64,
    /// The peak memory of the process.
    pub(crate) peak_kb: u64,
    pub(crate) latencies: Latencies,
}

impl Answer {
    pub(crate) fn since(began: &Usage, latencies: Latencies) -> Self {
        let now = Usage::now();
        Self {
            seconds: (now.time - began.time).as_secs_f64(),
            processor_seconds: now.processor_seconds - began.processor_seconds,
            resident_kb: now.resident_kb,
            peak_kb: now.peak_kb,
            latencies,
        }
    }
}
