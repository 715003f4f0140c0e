//! The properties of a member's client.

use std::{ops::Range, time::Duration};

use super::{
    super::{Connector, client as clients},
    context::{MemberClient, MemberContext},
};
use crate::event_bus::broker::{BusError, Subscription};

/// The bounds of the session timeout. Brokers refuse a shorter one by default, and a longer one does not help.
const SESSION: Range<Duration> = Duration::from_secs(6)..Duration::from_secs(45);

/// Makes the client of a member.
pub(super) fn client(connector: &Connector, subscription: &Subscription) -> Result<MemberClient, BusError> {
    let Subscription { group, group_instance_id, claim_older_than, .. } = subscription;
    let session = (*claim_older_than).clamp(SESSION.start, SESSION.end);
    let session = clients::milliseconds(session, 6000);
    let properties = [
        ("group.id", group.as_str()),
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        // A position outside the log means a loss, which must be reported.
        ("auto.offset.reset", "error"),
        // As in Python, so that members of both can share a group.
        ("partition.assignment.strategy", "range,roundrobin"),
        ("session.timeout.ms", session.as_str()),
        // A member learns from a heartbeat that partitions move.
        ("heartbeat.interval.ms", "1000"),
        ("max.poll.interval.ms", "300000"),
        // Bytes bound the queue of each partition. Fetches are smaller than the queue, which holds what was fetched, as does the
        // memory of the fetch until all its records are read. If the queue is full, the client soon checks again.
        ("queued.min.messages", "100000"),
        ("queued.max.messages.kbytes", "512"),
        ("fetch.message.max.bytes", "262144"),
        ("fetch.queue.backoff.ms", "2"),
        // A fetch leaves out a partition whose queue is full, and the broker keeps the fetch open this long if the other partitions have
        // no records. Until it ends, nothing is read from the full one either.
        ("fetch.wait.max.ms", "20"),
        ("topic.metadata.refresh.interval.ms", "30000"),
    ];
    let instance = group_instance_id.iter().map(|id| ("group.instance.id", id.as_str()));
    let properties: Vec<_> = properties.into_iter().chain(instance).collect();
    clients::create(&connector.options, &properties, MemberContext::new(connector.client_errors()))
}
