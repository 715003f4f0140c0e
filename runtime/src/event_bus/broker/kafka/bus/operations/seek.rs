//! Moves a group to other offsets.

use std::{thread, time::Duration, time::Instant};

use rdkafka::{
    Offset,
    consumer::{CommitMode, Consumer},
    types::RDKafkaErrorCode as Code,
};

use super::groups::Members;
use crate::event_bus::broker::{
    BusError, Start,
    kafka::bus::{
        Connector, failure,
        marks::{LONGEST, Marks},
        offsets::list,
        ranges,
        reader::Reader,
    },
};

/// The pause before another try, while the group has no coordinator.
const PAUSE: Duration = Duration::from_millis(100);

/// Moves a group, which must have no active members. Returns whether it had no position in the topic before.
pub(super) fn seek(
    connector: &Connector,
    topic: &str,
    group: &str,
    to: &Start,
    deadline: Instant,
) -> Result<bool, BusError> {
    let reader = Reader::in_group(connector, group)?;
    let partitions = reader
        .partitions(topic, deadline)?
        .ok_or_else(|| BusError::permanent(reader.errors().missing_topic(topic)))?;
    let members = Members::of(&reader, group, deadline)?;
    if !members.is_empty() {
        return Err(alive(group, &members));
    }
    let ranges = ranges::of(&reader, topic, &partitions, deadline)?;
    let offsets = ranges::start(&reader, topic, &ranges, to, deadline)?;
    let is_new = reader.committed(topic, &partitions, deadline)?.is_empty();
    let action = format!("cannot move group `{group}` of topic `{topic}`");
    let offsets = reader.checked(&action, list(topic, offsets))?;
    for mut one in offsets.elements() {
        if let Offset::Offset(offset) = one.offset() {
            one.set_metadata(Marks::of_place(offset).write(offset, LONGEST));
        }
    }
    loop {
        let Err(error) = reader.client().commit(&offsets, CommitMode::Sync) else { return Ok(is_new) };
        match error.rdkafka_error_code() {
            // A member has joined since.
            Some(Code::UnknownMemberId | Code::RebalanceInProgress | Code::IllegalGeneration) => {
                return Err(alive(group, &Members::of(&reader, group, deadline)?));
            }
            Some(
                Code::NotCoordinator
                | Code::CoordinatorLoadInProgress
                | Code::CoordinatorNotAvailable
                | Code::WaitingForCoordinator,
            ) if Instant::now() < deadline => thread::sleep(PAUSE),
            _ => return Err(failure::explain(&action, &error, reader.errors())),
        }
    }
}

fn alive(group: &str, members: &Members) -> BusError {
    let names = if members.is_empty() { "they have just joined".to_owned() } else { members.names() };
    BusError::permanent(format!(
        "group `{group}` has active members, and Kafka moves only a group without members: stop them first: {names}"
    ))
}
