//! Topics, partitions, offsets.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{
        AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
    },
    client::DefaultClientContext,
    consumer::{BaseConsumer, CommitMode, Consumer as _},
    metadata::MetadataPartition,
};

use super::KafkaServer;
use crate::eventually;

/// How long the server may take for a request.
const LIMIT: Duration = Duration::from_secs(30);

impl KafkaServer {
    /// Returns the configuration of a raw client with all rights.
    #[must_use]
    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.bootstrap());
        config
    }

    fn admin(&self) -> (AdminClient<DefaultClientContext>, AdminOptions) {
        let client = self.client().create().expect("a valid configuration");
        (client, AdminOptions::new().operation_timeout(Some(LIMIT)).request_timeout(Some(LIMIT)))
    }

    /// Creates a topic.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn create_topic(&self, name: &str, partitions: i32) {
        self.create_topic_with(name, partitions, &[]);
    }

    /// Creates a topic with properties.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn create_topic_with(&self, name: &str, partitions: i32, properties: &[(&str, &str)]) {
        let (admin, options) = self.admin();
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(-1));
        for (name, value) in properties {
            topic = topic.set(name, value);
        }
        let result = block_on(admin.create_topics([&topic], &options)).expect("an answer").pop();
        result.expect("one result").unwrap_or_else(|(name, code)| panic!("cannot create {name}: {code}"));
        // The controller has answered, but the brokers learn of the topic a little later.
        let count = usize::try_from(partitions).expect("a number of partitions");
        eventually("the topic exists", LIMIT, || self.partitions(name).len() == count);
    }

    /// Sets a property of a topic. Its other properties get their usual values.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn alter_topic(&self, name: &str, property: (&str, &str)) {
        let (admin, options) = self.admin();
        let change = AlterConfig::new(ResourceSpecifier::Topic(name)).set(property.0, property.1);
        let result = block_on(admin.alter_configs([&change], &options)).expect("an answer").pop();
        result.expect("one result").unwrap_or_else(|(_, code)| panic!("cannot alter {name}: {code}"));
    }

    /// Deletes a topic.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn delete_topic(&self, name: &str) {
        let (admin, options) = self.admin();
        let result = block_on(admin.delete_topics(&[name], &options)).expect("an answer").pop();
        result.expect("one result").unwrap_or_else(|(name, code)| panic!("cannot delete {name}: {code}"));
    }

    /// Deletes a group without members, with its offsets.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn delete_group(&self, group: &str) {
        let (admin, options) = self.admin();
        let result = block_on(admin.delete_groups(&[group], &options)).expect("an answer").pop();
        result.expect("one result").unwrap_or_else(|(name, code)| panic!("cannot delete {name}: {code}"));
    }

    /// Adds partitions to a topic, which then has `total`.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn add_partitions(&self, topic: &str, total: usize) {
        let (admin, options) = self.admin();
        let new = NewPartitions::new(topic, total);
        let result = block_on(admin.create_partitions([&new], &options)).expect("an answer").pop();
        result.expect("one result").unwrap_or_else(|(name, code)| panic!("cannot extend {name}: {code}"));
    }

    /// Deletes the records of a partition before an offset, as retention does.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn delete_records(&self, topic: &str, partition: i32, before: i64) {
        let (admin, options) = self.admin();
        let mut offsets = TopicPartitionList::new();
        offsets.add_partition_offset(topic, partition, Offset::Offset(before)).expect("a valid offset");
        let result = block_on(admin.delete_records(&offsets, &options)).expect("an answer");
        for element in result.elements() {
            element.error().expect("the records can be deleted");
        }
    }

    /// Returns the partitions of a topic, none if it does not exist.
    ///
    /// # Panics
    ///
    /// Panics if the server does not answer.
    #[must_use]
    pub fn partitions(&self, topic: &str) -> Vec<i32> {
        let consumer: BaseConsumer = self.client().create().expect("a valid configuration");
        let metadata = consumer.fetch_metadata(Some(topic), LIMIT).expect("an answer");
        metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions().iter().map(MetadataPartition::id))
            .collect()
    }

    /// Returns the first offset of a partition and the one after its last.
    ///
    /// # Panics
    ///
    /// Panics if the server does not answer.
    #[must_use]
    pub fn watermarks(&self, topic: &str, partition: i32) -> (i64, i64) {
        let consumer: BaseConsumer = self.client().create().expect("a valid configuration");
        // The leader of a new partition may not be known yet.
        let mut found = None;
        eventually("the leader answers", LIMIT, || {
            found = consumer.fetch_watermarks(topic, partition, LIMIT).ok();
            found.is_some()
        });
        found.expect("an answer")
    }

    /// Returns the committed offset and its metadata for each partition of a topic, `None` if there is none.
    ///
    /// # Panics
    ///
    /// Panics if the server does not answer.
    #[must_use]
    pub fn committed(&self, topic: &str, group: &str) -> Vec<Option<(i64, String)>> {
        let consumer: BaseConsumer =
            self.client().set("group.id", group).create().expect("a valid configuration");
        let mut list = TopicPartitionList::new();
        for partition in self.partitions(topic) {
            list.add_partition(topic, partition);
        }
        // The coordinator of a group may be starting, or moving.
        let mut found = None;
        eventually("the coordinator answers", LIMIT, || {
            found = consumer.committed_offsets(list.clone(), LIMIT).ok();
            found.is_some()
        });
        let found = found.expect("an answer");
        let offset =
            |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| match element.offset() {
                Offset::Offset(offset) => Some((offset, element.metadata().to_owned())),
                _ => None,
            };
        found.elements().iter().map(offset).collect()
    }

    /// Commits an offset for each partition of a topic, for a group without members.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn commit(&self, topic: &str, group: &str, offset: impl Fn(i32) -> i64) {
        let consumer: BaseConsumer =
            self.client().set("group.id", group).create().expect("a valid configuration");
        let mut list = TopicPartitionList::new();
        for partition in self.partitions(topic) {
            let offset = Offset::Offset(offset(partition));
            list.add_partition_offset(topic, partition, offset).expect("a valid offset");
        }
        consumer.commit(&list, CommitMode::Sync).expect("the server commits");
    }

    /// Lets a new group begin with the first records.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn begin_at_start(&self, topic: &str, group: &str) {
        self.commit(topic, group, |partition| self.watermarks(topic, partition).0);
    }

    /// Returns the number of records that a group has not committed yet. Partitions without a commit count from their first record.
    ///
    /// # Panics
    ///
    /// Panics if the server does not answer.
    #[must_use]
    pub fn lag(&self, topic: &str, group: &str) -> i64 {
        let committed = self.committed(topic, group);
        let lag = |(partition, committed): (i32, Option<(i64, String)>)| {
            let (first, end) = self.watermarks(topic, partition);
            end - committed.map_or(first, |(offset, _)| offset)
        };
        self.partitions(topic).into_iter().zip(committed).map(lag).sum()
    }

    /// Returns the number of members of a group.
    ///
    /// # Panics
    ///
    /// Panics if the server does not answer.
    #[must_use]
    pub fn members(&self, group: &str) -> usize {
        let consumer: BaseConsumer = self.client().create().expect("a valid configuration");
        let groups = consumer.fetch_group_list(Some(group), LIMIT).expect("an answer");
        groups.groups().iter().map(|group| group.members().len()).sum()
    }
}

/// Waits for a future. The client's own thread wakes this one.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
