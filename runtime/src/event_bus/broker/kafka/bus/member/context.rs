//! The context of the client: what the client reports between polls.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rdkafka::{
    ClientContext, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::KafkaError,
    topic_partition_list::TopicPartitionListElem,
    types::RDKafkaRespErr,
};

use super::super::client_errors::ClientErrors;

/// A client that belongs to a group.
pub(super) type MemberClient = BaseConsumer<MemberContext>;

/// A decision of the group about this member. The client waits until the member has assigned or given up the partitions.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rebalance {
    Assign(Vec<i32>),
    Revoke,
}

pub(super) struct MemberContext {
    pub(super) errors: Arc<ClientErrors>,
    rebalances: Mutex<VecDeque<Rebalance>>,
    /// Whether the client is being closed. Nothing waits for the group's decisions then.
    is_closing: AtomicBool,
}

impl MemberContext {
    pub(super) fn new(errors: Arc<ClientErrors>) -> Self {
        Self { errors, rebalances: Mutex::default(), is_closing: AtomicBool::new(false) }
    }

    /// Returns the next decision of the group. Poll the client before this.
    pub(super) fn take_rebalance(&self) -> Option<Rebalance> {
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Lets the client give up its partitions by itself when it is closed.
    pub(super) fn close(&self) {
        self.is_closing.store(true, Ordering::SeqCst);
    }
}

impl ClientContext for MemberContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        self.errors.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.note(&error, reason);
    }
}

impl ConsumerContext for MemberContext {
    /// Only remembers the decision. The member waits for receivers before it gives up partitions, and must go on polling
    /// meanwhile, which this callback must not do.
    fn rebalance(&self, client: &MemberClient, error: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        if self.is_closing.load(Ordering::SeqCst) {
            if let Err(error) = client.unassign() {
                tracing::debug!(%error, "the Kafka client could not give up its partitions");
            }
            return;
        }
        let rebalance = match error {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => Rebalance::Assign(
                partitions.elements().iter().map(TopicPartitionListElem::partition).collect(),
            ),
            _ => Rebalance::Revoke,
        };
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).push_back(rebalance);
    }
}
