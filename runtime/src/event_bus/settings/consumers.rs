//! `EVENT_BUS_CONSUMER_CONFIG`: which topics a consumer reads.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use super::{
    finding::{Findings, Place},
    topic, value,
};

/// How one topic is consumed: an entry of `EVENT_BUS_CONSUMER_CONFIG`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerConfig {
    /// The consumer group.
    pub group_id: String,
    /// Whether it is consumed when no topic is named; `true` where it is not said.
    pub enabled: bool,
    /// What else the consumer is told.
    pub extra: ConsumerExtra,
}

/// What `--extra` of `consume-events` tells a consumer, as a JSON object, and `extra` in
/// `EVENT_BUS_CONSUMER_CONFIG`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerExtra {
    /// The consumer's name in the group.
    pub consumer_name: Option<String>,
    /// The id after which a new group begins, as in `1679676448892-0`.
    pub last_read_msg_id: Option<String>,
    /// Whether a new group begins with the oldest message, instead of the next.
    pub check_backlog: bool,
    /// How long a message has to be in another consumer's hands before this one takes it over; in
    /// milliseconds in the settings, 600000 where it is not said.
    pub claim_msgs_older_than: Duration,
}

/// After what time messages are taken over, where that is not said.
pub(super) const DEFAULT_CLAIM: Duration = Duration::from_mins(10);

impl Default for ConsumerExtra {
    fn default() -> Self {
        Self {
            consumer_name: None,
            last_read_msg_id: None,
            check_backlog: false,
            claim_msgs_older_than: DEFAULT_CLAIM,
        }
    }
}

pub(super) fn read(
    place: &Place<'_>,
    value: &Value,
    prefix: Option<&str>,
    findings: &mut Findings,
) -> BTreeMap<String, ConsumerConfig> {
    let Value::Object(topics) = value else {
        findings.error(
            place,
            format!(
                "a table of topics is needed, found {}\nnote: it is topic → `group_id`, `enabled` and \
                 `extra`\nhelp: write it as in `{{\"my-topic\": {{\"group_id\": \"my-service\"}}}}`",
                value::kind(value)
            ),
        );
        return BTreeMap::new();
    };
    let entries = topics.iter().filter_map(|(topic, entry)| {
        let place = place.key(topic);
        topic::check(&place, prefix, topic, findings);
        Some((topic.clone(), read_entry(&place, entry, findings)?))
    });
    entries.collect()
}

fn read_entry(place: &Place<'_>, value: &Value, findings: &mut Findings) -> Option<ConsumerConfig> {
    let keys = ["group_id", "enabled", "extra"];
    let entry = object(place, value, &keys, findings)?;
    let group_id = match entry.get("group_id").filter(|value| !value.is_null()) {
        Some(value) => value::text(&place.key("group_id"), value, findings).filter(|group| {
            if group.is_empty() {
                findings.error(&place.key("group_id"), "a group has no name\nhelp: write the group's name");
            }
            !group.is_empty()
        }),
        None => {
            findings.error(
                place,
                "the topic has no `group_id`\nnote: members of one group share the messages, and each group gets \
                 all\nhelp: write one, as in `\"group_id\": \"my-service\"`",
            );
            None
        }
    };
    let enabled = match entry.get("enabled").filter(|value| !value.is_null()) {
        Some(value) => value::boolean(&place.key("enabled"), value, false, findings),
        None => Some(true),
    };
    let extra = match entry.get("extra").filter(|value| !value.is_null()) {
        Some(value) => read_extra(&place.key("extra"), value, ConsumerExtra::default(), findings),
        None => Some(ConsumerExtra::default()),
    };
    Some(ConsumerConfig { group_id: group_id?, enabled: enabled?, extra: extra? })
}

/// Reads the keys of `--extra`; what is not given, as each of them that is null, is as in `base`.
pub(super) fn read_extra(
    place: &Place<'_>,
    value: &Value,
    base: ConsumerExtra,
    findings: &mut Findings,
) -> Option<ConsumerExtra> {
    let keys = ["consumer_name", "last_read_msg_id", "check_backlog", "claim_msgs_older_than"];
    let given = object(place, value, &keys, findings)?;
    let mut extra = base;
    let mut all_well = true;
    for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let place = place.key(key);
        let is_well = match &**key {
            "consumer_name" => {
                extra.consumer_name = value::text(&place, value, findings).filter(|name| !name.is_empty());
                value.is_string()
            }
            "last_read_msg_id" => {
                extra.last_read_msg_id = message_id(&place, value, findings);
                extra.last_read_msg_id.is_some()
            }
            "check_backlog" => match value::boolean(&place, value, false, findings) {
                Some(check) => {
                    extra.check_backlog = check;
                    true
                }
                None => false,
            },
            "claim_msgs_older_than" => match value::count(&place, value, 1, findings) {
                Some(milliseconds) => {
                    extra.claim_msgs_older_than = Duration::from_millis(milliseconds);
                    true
                }
                None => false,
            },
            _ => false,
        };
        all_well &= is_well;
    }
    all_well.then_some(extra)
}

/// An id in a stream, `milliseconds-number` or `milliseconds`.
fn message_id(place: &Place<'_>, value: &Value, findings: &mut Findings) -> Option<String> {
    let is_number = |text: &str| text.parse::<u64>().is_ok() && !text.starts_with('+');
    if let Value::String(id) = value
        && let (milliseconds, number) = id.split_once('-').unwrap_or((id, "0"))
        && is_number(milliseconds)
        && is_number(number)
    {
        return Some(id.clone());
    }
    findings.error(
        place,
        format!(
            "the id of a message is needed, found {}\nnote: Redis gives ids of the form `milliseconds-number`\nhelp: \
             write one, as in `1679676448892-0`",
            value::found(value)
        ),
    );
    None
}

/// A table in which only `keys` are known; another is an error, because it would have no effect.
fn object<'a>(
    place: &Place<'_>,
    value: &'a Value,
    keys: &[&str],
    findings: &mut Findings,
) -> Option<&'a Map<String, Value>> {
    let known = keys.join("`, `");
    let Value::Object(table) = value else {
        findings.error(
            place,
            format!("a table is needed, found {}\nhelp: write a table of `{known}`", value::kind(value)),
        );
        return None;
    };
    let mut all_known = true;
    for key in table.keys().filter(|key| !keys.contains(&&***key)) {
        all_known = false;
        findings.error(
            &place.key(key),
            format!(
                "is not known\nnote: the known ones are `{known}`\nhelp: write one of these, or leave it out"
            ),
        );
    }
    all_known.then_some(table)
}

/// Reports a receiver timeout that is not below the claim time.
pub(super) fn check_claim_time(
    place: &Place<'_>,
    claim: Duration,
    receiver_timeout: Duration,
    findings: &mut Findings,
) {
    if receiver_timeout >= claim {
        findings.error(
            place,
            format!(
                "messages are taken over after {} ms, which is not above the receiver timeout of {} ms\nnote: \
                 another consumer would handle a message that a slow receiver is still at work on\nhelp: raise \
                 `claim_msgs_older_than` (milliseconds), or lower `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` (seconds)",
                claim.as_millis(),
                receiver_timeout.as_millis()
            ),
        );
    }
}
