//! Requests about a topic and the offsets of a group. They block until the broker answers.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer},
    error::KafkaError,
    metadata::MetadataTopic,
    types::RDKafkaErrorCode,
};

use super::{
    super::offsets::{self, At, Committed, Offsets, Ranges},
    context::MemberClient,
};
use crate::event_bus::broker::{BusError, Subscription};

/// How long one request may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How long to wait for the topic's metadata before looking at the errors of the connection.
const LOOK: Duration = Duration::from_millis(300);

/// How long a topic may be unknown. It takes a moment until all brokers know a new one.
const NEW_TOPIC: Duration = Duration::from_secs(2);
/// The pause before another look at it.
const PAUSE: Duration = Duration::from_millis(100);

/// A topic, as the client of a member sees it.
pub(super) struct Topic<'a> {
    pub(super) client: &'a MemberClient,
    pub(super) subscription: &'a Subscription,
}

impl Topic<'_> {
    fn name(&self) -> &str {
        &self.subscription.topic
    }

    /// Returns the number of partitions.
    ///
    /// # Errors
    ///
    /// If the topic does not exist, or the broker does not answer or refuses access.
    pub(super) fn partitions(&self) -> Result<i32, BusError> {
        let begun = Instant::now();
        let deadline = begun + ANSWER;
        loop {
            let metadata = self.client.fetch_metadata(Some(self.name()), LOOK);
            // The client reports why a connection failed when it is polled.
            while self.client.poll(Duration::ZERO).is_some() {}
            match metadata {
                Ok(metadata) => {
                    self.client.context().errors.clear();
                    let topic = metadata.topics().iter().find(|topic| topic.name() == self.name());
                    let error = topic.and_then(MetadataTopic::error).map(RDKafkaErrorCode::from);
                    let partitions = topic.map_or(0, |topic| topic.partitions().len());
                    return match (error, i32::try_from(partitions)) {
                        (None, Ok(partitions @ 1..)) => Ok(partitions),
                        (None | Some(RDKafkaErrorCode::LeaderNotAvailable), _) => Err(BusError::transient(
                            format!("Kafka does not know the partitions of topic `{}` yet", self.name()),
                        )),
                        (Some(RDKafkaErrorCode::UnknownTopicOrPartition), _)
                            if begun.elapsed() < NEW_TOPIC =>
                        {
                            thread::sleep(PAUSE);
                            continue;
                        }
                        (Some(RDKafkaErrorCode::UnknownTopicOrPartition), _) => Err(self.missing()),
                        (Some(code), _) => Err(self.failed(code)),
                    };
                }
                Err(error) => {
                    let cause = self.client.context().errors.cause();
                    if cause.as_ref().is_some_and(|cause| !cause.is_transient()) || Instant::now() >= deadline
                    {
                        return Err(cause.unwrap_or_else(|| self.trouble("ask for the topic", &error)));
                    }
                }
            }
        }
    }

    /// Returns what the group has committed, for the partitions that have a commit.
    pub(super) fn committed(
        &self,
        partitions: impl IntoIterator<Item = i32>,
    ) -> Result<BTreeMap<i32, Committed>, BusError> {
        let committed = offsets::committed(self.client, self.name(), partitions, ANSWER);
        committed.map_err(|error| self.trouble("read the offsets of the group", &error))
    }

    /// Returns the offset of a place in each partition. Partitions without such a record are absent.
    pub(super) fn offsets(
        &self,
        partitions: impl IntoIterator<Item = i32>,
        at: At,
    ) -> Result<Offsets, BusError> {
        let found = offsets::find(self.client, self.name(), partitions, at, ANSWER);
        found.map_err(|error| self.trouble("read the offsets of the topic", &error))
    }

    /// Returns the offsets that each partition has: from the oldest one to the next one.
    pub(super) fn ranges(&self, partitions: &[i32]) -> Result<Ranges, BusError> {
        let bounds = |at| self.offsets(partitions.iter().copied(), at);
        Ok(offsets::between(&bounds(At::Beginning)?, bounds(At::End)?))
    }

    /// Commits offsets with metadata, and waits for the broker.
    pub(super) fn commit(
        &self,
        commits: impl IntoIterator<Item = (i32, i64, String)>,
    ) -> Result<(), KafkaError> {
        let mut list = TopicPartitionList::new();
        for (partition, offset, text) in commits {
            let mut one = list.add_partition(self.name(), partition);
            one.set_offset(Offset::Offset(offset))?;
            one.set_metadata(text);
        }
        self.client.commit(&list, CommitMode::Sync)
    }

    /// Lets the client read the partitions from these offsets on.
    pub(super) fn assign(&self, offsets: impl IntoIterator<Item = (i32, i64)>) -> Result<(), BusError> {
        let assigned = offsets::list(self.name(), offsets).and_then(|list| self.client.assign(&list));
        assigned.map_err(|error| self.trouble("read", &error))
    }

    /// Makes the error of a call that failed. `doing` completes "cannot …".
    pub(super) fn trouble(&self, doing: &str, error: &KafkaError) -> BusError {
        let code = error.rdkafka_error_code();
        match code.filter(|code| *code != RDKafkaErrorCode::OperationTimedOut && !is_unreachable(error)) {
            None => {
                let errors = &self.client.context().errors;
                let none = || BusError::transient(format!("cannot {doing}: {}", errors.no_answer()));
                errors.cause().unwrap_or_else(none)
            }
            Some(code) => self.failed(code),
        }
    }

    /// Makes the error of a code that a broker returned.
    pub(super) fn failed(&self, code: RDKafkaErrorCode) -> BusError {
        use RDKafkaErrorCode as Code;
        let Subscription { topic, group, group_instance_id, .. } = self.subscription;
        match code {
            Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => self.unknown(),
            Code::TopicAuthorizationFailed => BusError::permanent(format!(
                "Kafka refuses access to topic `{topic}`; a consumer needs the rights `Read` and `Describe` on it"
            )),
            Code::GroupAuthorizationFailed => BusError::permanent(format!(
                "Kafka refuses access to group `{group}`; a consumer needs the right `Read` on it"
            )),
            Code::FencedInstanceId => BusError::permanent(format!(
                "another process has joined group `{group}` as `{}`; give each process a `group_instance_id` of its own",
                group_instance_id.as_deref().unwrap_or_default()
            )),
            Code::InvalidGroupId => {
                BusError::permanent(format!("Kafka refuses `{group}` as the name of a group"))
            }
            Code::InconsistentGroupProtocol => BusError::permanent(format!(
                "group `{group}` has members that use another assignment strategy; all must use `range` or `roundrobin`"
            )),
            code if is_lasting(code) => {
                BusError::permanent(format!("Kafka refuses to serve group `{group}`: {code}"))
            }
            code => BusError::transient(format!("Kafka cannot serve group `{group}` now: {code}")),
        }
    }
}

impl Topic<'_> {
    fn missing(&self) -> BusError {
        BusError::permanent(self.client.context().errors.missing_topic(self.name()))
    }

    /// Makes the error of a partition that the client does not know. If the topic has got more partitions, another member may have
    /// learned of them first, and have given one to this member. The look at the topic tells the client of them.
    fn unknown(&self) -> BusError {
        let metadata = self.client.fetch_metadata(Some(self.name()), ANSWER);
        let is_missing = metadata.is_ok_and(|metadata| {
            let topic = metadata.topics().iter().find(|topic| topic.name() == self.name());
            let error = topic.and_then(MetadataTopic::error).map(RDKafkaErrorCode::from);
            error == Some(RDKafkaErrorCode::UnknownTopicOrPartition)
        });
        if is_missing {
            return self.missing();
        }
        BusError::transient(format!("Kafka does not know all partitions of topic `{}` yet", self.name()))
    }
}

fn is_lasting(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::ClusterAuthorizationFailed
            | Code::InvalidTopic
            | Code::InvalidSessionTimeout
            | Code::UnsupportedVersion
            | Code::GroupMaxSizeReached
    )
}

/// Returns whether the client has no connection to a broker. The errors of the connections say why.
pub(super) fn is_unreachable(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{
        AllBrokersDown, Authentication, BrokerTransportFailure, Resolve, SSL, SaslAuthenticationFailed,
    };
    matches!(
        error.rdkafka_error_code(),
        Some(
            AllBrokersDown
                | Authentication
                | BrokerTransportFailure
                | Resolve
                | SSL
                | SaslAuthenticationFailed
        )
    )
}

/// Returns whether a commit failed because of a rebalance. The entries are then delivered again.
pub(super) fn is_routine(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{IllegalGeneration, RebalanceInProgress, UnknownMemberId};
    matches!(error.rdkafka_error_code(), Some(IllegalGeneration | UnknownMemberId | RebalanceInProgress))
}
