//! The errors that polls of the client return.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rdkafka::{consumer::Consumer, error::KafkaError, types::RDKafkaErrorCode};

use super::{
    state::Shared,
    topic::{self, Topic},
};
use crate::event_bus::broker::BusError;

/// How often an error of the client is reported.
const REPORT: Duration = Duration::from_secs(30);
/// The pause before the brokers are asked again.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the thread waits for a broker that may be away.
const LOOK: Duration = Duration::from_millis(300);

pub(super) struct PollErrors {
    /// When an error was reported last.
    reported: BTreeMap<String, Instant>,
    /// When the brokers were last asked whether they can be used again.
    looked: Instant,
}

impl PollErrors {
    pub(super) fn new() -> Self {
        Self { reported: BTreeMap::new(), looked: Instant::now() }
    }

    /// Lets the next poll return an error of the client, unless it was reported lately.
    pub(super) fn tell(&mut self, error: &KafkaError, topic: &Topic<'_>, shared: &Shared) {
        use RDKafkaErrorCode::{PartitionEOF, PollExceeded};
        let code = error.rdkafka_error_code();
        if matches!(code, Some(PartitionEOF | PollExceeded)) {
            return;
        }
        // While the connection is broken, polls that find nothing do not mean that the broker has answered.
        if topic::is_unreachable(error) {
            let error = topic.trouble("read the topic", error);
            shared.lock().trouble = Some(error);
            shared.notify();
            return;
        }
        let key = format!("{code:?}");
        if self.reported.get(&key).is_some_and(|at| at.elapsed() < REPORT) {
            return;
        }
        self.reported.insert(key, Instant::now());
        let error = match code {
            Some(code) => topic.failed(code),
            None => BusError::transient(format!("the Kafka client failed: {error}")),
        };
        shared.lock().error = Some(error);
        shared.notify();
    }

    /// Asks from time to time whether the brokers can be used again, if they cannot.
    pub(super) fn look_for_brokers(&mut self, topic: &Topic<'_>, shared: &Shared) {
        if self.looked.elapsed() < PAUSE || shared.lock().trouble.is_none() {
            return;
        }
        let metadata = topic.client.fetch_metadata(Some(&topic.subscription.topic), LOOK);
        self.looked = Instant::now();
        if metadata.is_ok() {
            topic.client.context().errors.clear();
            shared.lock().trouble = None;
            shared.notify();
        }
    }
}
