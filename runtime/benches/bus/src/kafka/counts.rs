//! The amount of work.

pub(super) struct Counts {
    pub(super) rounds: usize,
    /// For work with a round trip per event.
    pub(super) short_rounds: usize,
    /// Events per round with a round trip for each event.
    pub(super) one_at_a_time: u64,
    /// Events per round of a producer in the background.
    pub(super) produced: u64,
    /// Events per round of a consumer.
    pub(super) consumed: u64,
    /// Events per round for Python.
    pub(super) python: u64,
    /// Events for lanes of receivers that take 5 ms.
    pub(super) slow: u64,
    /// Events at 1,000 a second.
    pub(super) paced: u64,
    /// The two numbers of events between which memory must not grow.
    pub(super) memory: [u64; 2],
}

impl Counts {
    pub(super) const FULL: Self = Self {
        rounds: 9,
        short_rounds: 15,
        one_at_a_time: 2_000,
        produced: 150_000,
        consumed: 300_000,
        python: 5_000,
        slow: 150_000,
        paced: 8_000,
        memory: [100_000, 1_000_000],
    };
    pub(super) const QUICK: Self = Self {
        rounds: 1,
        short_rounds: 1,
        one_at_a_time: 100,
        produced: 5_000,
        consumed: 5_000,
        python: 200,
        slow: 10_000,
        paced: 500,
        memory: [2_000, 10_000],
    };
}
