//! The offsets that groups have committed.

use std::{collections::BTreeMap, time::Instant};

use rdkafka::types::RDKafkaErrorCode as Code;

use crate::event_bus::broker::{
    BusError,
    kafka::bus::{admin::Admin, failure, offsets::Committed},
};

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
