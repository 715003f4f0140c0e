//! A client that looks at topics. It joins no group and creates no topic. `ranges` and `scan` use it.

use std::{
    collections::BTreeMap,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    metadata::MetadataPartition,
    types::RDKafkaErrorCode as Code,
};

use super::{
    Connector,
    client::{self, Context},
    client_errors::ClientErrors,
    failure,
    offsets::{self, Committed},
};
use crate::event_bus::broker::BusError;

/// The group of clients that read without a group. The Kafka client requires a name; no such group is created.
const NO_GROUP: &str = "openedx-events";
/// How long one look at the offsets of a group takes.
const LOOK: Duration = Duration::from_millis(500);
/// How long the client is asked for its latest errors.
const NEWS: Duration = Duration::from_millis(20);
/// How long to wait before another look.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether a topic exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Exists,
    Missing,
}

pub(super) type ReaderClient = BaseConsumer<Context>;

/// Looks at topics.
pub(super) struct Reader {
    client: Arc<ReaderClient>,
    errors: Arc<ClientErrors>,
}

impl Reader {
    /// Makes a reader. Does not connect.
    pub(super) fn new(connector: &Connector) -> Result<Self, BusError> {
        Self::in_group(connector, NO_GROUP)
    }

    /// Makes a reader that can read and change the offsets of a group.
    pub(super) fn in_group(connector: &Connector, group: &str) -> Result<Self, BusError> {
        let errors = connector.client_errors();
        let own = [
            ("group.id", group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("allow.auto.create.topics", "false"),
            ("enable.partition.eof", "true"),
            // A record that is gone by the time it is read is skipped.
            ("auto.offset.reset", "earliest"),
            ("isolation.level", "read_committed"),
            // The end of a partition is known only when a fetch finds nothing.
            ("fetch.wait.max.ms", "20"),
            ("queued.min.messages", "1000"),
            ("queued.max.messages.kbytes", "4096"),
        ];
        let context = Context { errors: Arc::clone(&errors) };
        Ok(Self { client: Arc::new(client::create(&connector.options, &own, context)?), errors })
    }

    pub(super) fn client(&self) -> &ReaderClient {
        &self.client
    }

    pub(super) fn errors(&self) -> &ClientErrors {
        &self.errors
    }

    /// Makes the error of a call that failed, or notes that a broker has answered.
    pub(super) fn checked<T>(&self, action: &str, result: Result<T, KafkaError>) -> Result<T, BusError> {
        match result {
            Ok(value) => {
                self.errors.clear();
                Ok(value)
            }
            Err(error) => {
                let refusal = self.refusal().filter(|_| !matches!(error, KafkaError::PartitionEOF(_)));
                Err(failure::explain(action, &refusal.unwrap_or(error), &self.errors))
            }
        }
    }

    /// Polls the client, which then tells why a connection failed, and returns whether a broker has refused a right. The caller reads
    /// nothing after an error.
    fn refusal(&self) -> Option<KafkaError> {
        let mut refusal = None;
        let deadline = Instant::now() + NEWS;
        while Instant::now() < deadline {
            // It is also `None` after an event that is not a record, such as a log line: others may follow.
            let Some(polled) = self.client.poll(Duration::from_millis(1)) else { continue };
            let is_refusal = |error: &KafkaError| {
                matches!(
                    error.rdkafka_error_code(),
                    Some(
                        Code::GroupAuthorizationFailed
                            | Code::TopicAuthorizationFailed
                            | Code::ClusterAuthorizationFailed
                    )
                )
            };
            refusal = polled.err().filter(is_refusal).or(refusal);
        }
        refusal
    }

    /// Returns what the reader's group has committed in partitions of a topic.
    ///
    /// A client without the right to see the group waits for its broker until the time is over, so this looks for the refusal
    /// meanwhile.
    pub(super) fn committed(
        &self,
        topic: &str,
        partitions: &[i32],
        deadline: Instant,
    ) -> Result<BTreeMap<i32, Committed>, BusError> {
        let action = format!("cannot read the offsets of a group in topic `{topic}`");
        loop {
            let limit = left(deadline).min(LOOK);
            match offsets::committed(&*self.client, topic, partitions.iter().copied(), limit) {
                Err(error) if may_change(&error) && Instant::now() < deadline => {
                    if let Some(refusal) = self.refusal() {
                        return Err(failure::explain(&action, &refusal, &self.errors));
                    }
                    if let Some(cause) = self.errors.cause().filter(|cause| !cause.is_transient()) {
                        return Err(BusError::permanent(action).with_source(cause));
                    }
                    thread::sleep(PAUSE);
                }
                committed => return self.checked(&action, committed),
            }
        }
    }

    /// Lists the topics that this user may see, except Kafka's own.
    pub(super) fn topics(&self, deadline: Instant) -> Result<Vec<String>, BusError> {
        let metadata = self.client.fetch_metadata(None, left(deadline));
        let metadata = self.checked("cannot list the topics", metadata)?;
        let names = metadata.topics().iter().map(|topic| topic.name().to_owned());
        Ok(names.filter(|name| !name.starts_with("__")).collect())
    }

    /// Returns whether a topic exists.
    pub(super) fn known(&self, topic: &str, deadline: Instant) -> Result<Known, BusError> {
        Ok(if self.partitions(topic, deadline)?.is_some() { Known::Exists } else { Known::Missing })
    }

    /// Lists the partitions of a topic, or returns `None` if it does not exist.
    pub(super) fn partitions(&self, topic: &str, deadline: Instant) -> Result<Option<Vec<i32>>, BusError> {
        let action = format!("cannot inspect topic `{topic}`");
        let metadata = self.checked(&action, self.client.fetch_metadata(Some(topic), left(deadline)))?;
        let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
            return Ok(None);
        };
        match found.error().map(Code::from) {
            None | Some(Code::LeaderNotAvailable) => {}
            // No topic can have such a name.
            Some(Code::UnknownTopicOrPartition | Code::InvalidTopic) => return Ok(None),
            Some(code) => return Err(failure::explain_code(&action, code, &self.errors)),
        }
        let mut partitions: Vec<i32> = found.partitions().iter().map(MetadataPartition::id).collect();
        partitions.sort_unstable();
        Ok(Some(partitions))
    }
}

/// Returns whether the next answer of the group's broker may be another one: it did not answer, or another broker takes its place.
fn may_change(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::WaitingForCoordinator
                | Code::BrokerTransportFailure
                | Code::NotCoordinator
                | Code::CoordinatorLoadInProgress
                | Code::CoordinatorNotAvailable
        )
    )
}

/// Returns the time that is left, at least a moment, because 0 means no limit to some functions.
pub(super) fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}
