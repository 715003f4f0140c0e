//! The offsets that a group has committed, with the marks that its members stored with them.

use std::{collections::BTreeMap, time::Instant};

use rdkafka::{Offset, TopicPartitionList, types::RDKafkaErrorCode as Code};

use crate::event_bus::broker::{
    BusError,
    kafka::bus::{admin::Admin, failure, marks::Marks, reader::Reader},
};

/// The offset that a group has committed for a partition.
pub(super) struct Committed {
    pub(super) offset: i64,
    text: String,
}

impl Committed {
    /// Returns what a member of this crate stored with the offset.
    pub(super) fn marks(&self) -> Option<Marks> {
        Marks::read(self.offset, &self.text)
    }
}

/// Returns what each group has committed, by partition.
pub(super) fn of_groups(
    admin: &Admin,
    topic: &str,
    groups: &[String],
    partitions: &[i32],
    deadline: Instant,
) -> Result<Vec<BTreeMap<i32, Committed>>, BusError> {
    let answers = admin.offsets(groups, topic, partitions, deadline);
    let committed = groups.iter().zip(answers).map(|(group, answer)| {
        let stored = answer.map_err(|code| failed(admin, topic, group, code))?;
        let committed = |(partition, offset, text)| (partition, Committed { offset, text });
        Ok(stored.into_iter().map(committed).collect())
    });
    committed.collect()
}

/// Makes the error of a group whose offsets could not be read.
pub(super) fn failed(admin: &Admin, topic: &str, group: &str, code: Code) -> BusError {
    let action = format!("cannot read the offsets of group `{group}` in topic `{topic}`");
    failure::explain_code(&action, code, admin.errors())
}

/// Returns what the group of `reader` has committed, by partition.
pub(super) fn committed(
    reader: &Reader,
    topic: &str,
    partitions: &[i32],
    deadline: Instant,
) -> Result<BTreeMap<i32, Committed>, BusError> {
    let action = format!("cannot read the offsets of a group in topic `{topic}`");
    let mut list = TopicPartitionList::new();
    for partition in partitions {
        list.add_partition(topic, *partition);
    }
    let found = reader.committed(&action, &list, deadline)?;
    let mut committed = BTreeMap::new();
    for element in found.elements() {
        if let Offset::Offset(offset) = element.offset() {
            committed.insert(element.partition(), Committed { offset, text: element.metadata().to_owned() });
        }
    }
    Ok(committed)
}
