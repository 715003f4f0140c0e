//! The names of fields in log lines, as Python's Kafka bus has them.

use tracing::Span;

use super::position::Position;
use crate::event_bus::broker::{AuditLine, Subscription};

/// Writes a line of the audit log with the place of the record.
pub(super) fn log(line: &AuditLine<'_>) {
    let AuditLine {
        text,
        topic,
        message_id,
        event_type,
        entry_id,
        event_timestamp_ms,
        stored_timestamp_ms,
        ..
    } = *line;
    // The time of the record, as in Python's bus.
    let event_timestamp_ms = stored_timestamp_ms.or(event_timestamp_ms);
    let (kafka_partition, kafka_offset) =
        Position::parse(entry_id.as_str()).map(|Position { partition, offset }| (partition, offset)).unzip();
    tracing::info!(
        topic,
        %message_id,
        event_type,
        %entry_id,
        kafka_topic = topic,
        kafka_partition,
        kafka_offset,
        event_timestamp_ms,
        "{text}"
    );
}

/// Makes the span in which a consumer works.
pub(super) fn span(subscription: &Subscription) -> Span {
    let Subscription { topic, group, consumer_name, .. } = subscription;
    tracing::info_span!(
        "consumer",
        topic,
        group,
        consumer_name,
        kafka_topic = topic,
        kafka_consumer_group = group
    )
}
