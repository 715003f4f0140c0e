//! Warns before Kafka deletes records that the group has not read.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use super::super::{
    Connector,
    admin::{Admin, TopicConfig},
    offsets::{self, Offsets},
    ranges,
    reader::Reader,
};
use crate::event_bus::broker::{BusError, Subscription};

/// How long one look may take.
const ANSWER: Duration = Duration::from_secs(5);
/// The share of what the topic keeps, in hundredths, from which a group is at risk.
const SHARE: u32 = 80;

/// The connection that looks at the topic.
pub(super) struct Risk {
    reader: Reader,
    /// Unknown if this user may not see the configuration of the topic.
    retention: Option<Retention>,
}

/// How long the topic keeps records. `None` means without limit.
struct Retention {
    time: Option<Duration>,
    bytes: Option<u64>,
}

impl Risk {
    pub(super) fn new(connector: &Connector, topic: &str) -> Result<Self, BusError> {
        let config = Admin::new(connector)?.config(topic, Instant::now() + ANSWER).unwrap_or_default();
        Ok(Self { reader: Reader::new(connector)?, retention: Retention::read(&config) })
    }

    /// Returns a warning if Kafka may soon delete records that the group has not read: those from `next` on, by partition.
    pub(super) fn look(
        &self,
        subscription: &Subscription,
        next: &Offsets,
    ) -> Result<Option<String>, BusError> {
        let deadline = Instant::now() + ANSWER;
        let Subscription { topic, group, .. } = subscription;
        let partitions: Vec<i32> = next.keys().copied().collect();
        let ranges = ranges::of(&self.reader, topic, &partitions, deadline)?;
        let time = self.retention.as_ref().and_then(|retention| retention.time);
        // Retention may delete older records.
        let old = match time.and_then(|time| SystemTime::now().checked_sub(time * SHARE / 100)) {
            Some(then) => ranges::since(&self.reader, topic, &ranges, offsets::millis(then), deadline)?,
            None => BTreeMap::new(),
        };
        let mut unread = 0;
        for (partition, range) in &ranges {
            let next = next.get(partition).map_or(range.end, |next| (*next).max(range.start));
            let is_old = old.get(partition).is_some_and(|old| next < *old);
            // Kafka has deleted records before, so the partition has its full size.
            let is_full = range.start > 0
                && self.retention.as_ref().is_none_or(|retention| retention.bytes.is_some())
                && (range.end - next) * 100 >= (range.end - range.start) * i64::from(SHARE);
            if next < range.end && (is_old || is_full) {
                unread += range.end - next;
            }
        }
        Ok((unread > 0).then(|| {
            format!(
                "group `{group}` has {unread} entries of topic `{topic}` left to read, and Kafka will soon delete the oldest ones: the topic \
                 keeps {}",
                Retention::describe(self.retention.as_ref())
            )
        }))
    }
}

impl Retention {
    fn read(config: &TopicConfig) -> Option<Self> {
        let is_deleted = config.get("cleanup.policy")?.split(',').any(|one| one.trim() == "delete");
        let limit = |name: &str| config.get(name)?.parse::<u64>().ok().filter(|_| is_deleted);
        Some(Self { time: limit("retention.ms").map(Duration::from_millis), bytes: limit("retention.bytes") })
    }

    fn describe(retention: Option<&Self>) -> String {
        let time = |time: Duration| format!("them for {} seconds (`retention.ms`)", time.as_secs_f64());
        let bytes = |bytes: u64| format!("{bytes} bytes of each partition (`retention.bytes`)");
        match retention {
            Some(&Self { time: Some(first), bytes: None }) => format!("{}; raise it", time(first)),
            Some(&Self { time: None, bytes: Some(second) }) => format!("{}; raise it", bytes(second)),
            Some(&Self { time: Some(first), bytes: Some(second) }) => {
                format!("{} and at most {}; raise them", time(first), bytes(second))
            }
            Some(Self { time: None, bytes: None }) | None => {
                "them for a time that this user is not allowed to see; raise its `retention.ms` or `retention.bytes`"
                    .to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_topic_that_deletes_records_has_a_retention() {
        let config = |policy: &str| {
            let values = [("cleanup.policy", policy), ("retention.ms", "5000"), ("retention.bytes", "-1")];
            TopicConfig::new(values.map(|(name, value)| (name.to_owned(), value.to_owned())))
        };
        let limits = |policy| Retention::read(&config(policy)).map(|one| (one.time, one.bytes));
        let time = Some(Duration::from_secs(5));
        assert_eq!(limits("delete"), Some((time, None)));
        assert_eq!(limits("compact,delete"), Some((time, None)));
        assert_eq!(limits("compact"), Some((None, None)));
        assert!(Retention::read(&TopicConfig::default()).is_none(), "this user may not see it");
    }
}
