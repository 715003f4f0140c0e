//! `EVENT_BUS_CONSUMER_CONFIG`: the topics that a consumer reads.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use super::{
    finding::{Findings, SettingPath},
    row::{Row, settings},
    topic,
    value::{Given, boolean, found, kind, milliseconds, string},
};
use crate::{
    date_time::{DateTime, DateTimeError},
    registry,
};

settings! {
    /// How one topic is consumed: an entry of `EVENT_BUS_CONSUMER_CONFIG`.
    pub struct ConsumerConfig {
        /// The consumer group, which must be set.
        "group_id" => group_id: String = String::new(), group;
        /// Whether the topic is consumed when no topic is named.
        "enabled" => enabled: bool = true, boolean;
        /// Further options of the consumer.
        "extra" => extra: ConsumerExtra = ConsumerExtra::default();
    }
}

settings! {
    /// Further options of a consumer: `--extra` of `consume-events` (a JSON object), and `extra` in
    /// `EVENT_BUS_CONSUMER_CONFIG`.
    pub struct ConsumerExtra {
        /// The consumer's name in the group.
        "consumer_name" => consumer_name: Option<String> = None, consumer_name;
        /// The id that keeps the consumer's partitions while it restarts (Kafka's static membership). Each process needs its own.
        "group_instance_id" => group_instance_id: Option<String> = None, instance_id;
        /// The id of the message after which a new group begins, such as `1679676448892-0`.
        "last_read_msg_id" => last_read_msg_id: Option<String> = None, message_id;
        /// Whether a new group begins with the oldest message instead of the next one.
        "check_backlog" => check_backlog: bool = false, boolean;
        /// How long another consumer must have kept a message before this one claims it. Milliseconds in the settings.
        "claim_msgs_older_than" => claim_msgs_older_than: Duration = Duration::from_mins(10), milliseconds;
        /// The time to which `consume-events` moves the group, such as `2026-11-30T08:00:00Z`. It then ends without consuming. Only
        /// for `--extra`.
        "offset_time" => offset_time: Option<SystemTime> = None, moment;
    }
}

pub(super) fn read(
    path: &SettingPath<'_>,
    value: &Value,
    prefix: Option<&str>,
    findings: &mut Findings,
) -> BTreeMap<String, ConsumerConfig> {
    let Value::Object(topics) = value else {
        findings.error(
            path,
            format!(
                "expected a table of topics, found {}\nnote: each topic has a table of `group_id`, `enabled` and \
                 `extra`\nhelp: write a table such as `{{\"my-topic\": {{\"group_id\": \"my-service\"}}}}`",
                kind(value)
            ),
        );
        return BTreeMap::new();
    };
    let entries = topics.iter().filter_map(|(topic, entry)| {
        let path = path.key(topic);
        if is_keyed_by_event_type(topic, entry) {
            findings.warning(
                &path,
                "an event type instead of a topic, ignored\nnote: Python ignores this whole setting, so that other services may \
                 use it in their own way; here it is topic → `group_id`, `enabled` and `extra`\nhelp: to consume this event, add \
                 its topic, such as `{\"my-topic\": {\"group_id\": \"my-service\"}}`, or name it with `-t TOPIC -g GROUP`",
            );
            return None;
        }
        topic::check(&path, prefix, topic, findings);
        Some((topic.clone(), read_entry(&path, entry, findings)?))
    });
    entries.collect()
}

/// Returns whether an entry is keyed by event type, as in the settings of some Python services. A topic may be named after an
/// event type; then its table has a key of ours.
fn is_keyed_by_event_type(key: &str, entry: &Value) -> bool {
    let is_version =
        |version: &str| version.strip_prefix('v').is_some_and(|digits| digits.parse::<u32>().is_ok());
    let is_event_type = registry::get(key).is_some()
        || (key.matches('.').count() >= 3 && key.rsplit('.').next().is_some_and(is_version));
    let is_known = |key: &String| ConsumerConfig::ROWS.iter().any(|row| row.names.contains(&&**key));
    is_event_type && !entry.as_object().is_some_and(|table| table.keys().any(is_known))
}

fn read_entry(path: &SettingPath<'_>, value: &Value, findings: &mut Findings) -> Option<ConsumerConfig> {
    let table = table(path, value, ConsumerConfig::ROWS, findings)?;
    if table("group_id").is_none() {
        findings.error(
            path,
            "the topic has no `group_id`\nnote: members of one group share the messages, and each group gets all of \
             them\nhelp: add a group, such as `\"group_id\": \"my-service\"`",
        );
    }
    let mut config = ConsumerConfig::default();
    config.read(&table, findings);
    if let Some((given, path)) = table("extra") {
        config.extra = read_extra(&path, given.value, config.extra, findings)?;
        if config.extra.offset_time.is_some() {
            findings.error(
                &path.key("offset_time"),
                "only for `--extra`\nnote: it would move the group back at each start\nhelp: remove it, and run `seek --to-time` once",
            );
        }
    }
    Some(config)
}

/// Reads the keys of `--extra` over `base`. Returns `None` if it is not a table, or if a key is unknown.
pub(super) fn read_extra(
    path: &SettingPath<'_>,
    value: &Value,
    mut base: ConsumerExtra,
    findings: &mut Findings,
) -> Option<ConsumerExtra> {
    let table = table(path, value, ConsumerExtra::ROWS, findings)?;
    base.read(&table, findings);
    Some(base)
}

fn group(given: Given<'_>) -> Result<String, String> {
    match string(given)? {
        empty if empty.is_empty() => {
            Err("the group has an empty name\nhelp: write the group's name".to_owned())
        }
        group => Ok(group),
    }
}

fn consumer_name(given: Given<'_>) -> Result<Option<String>, String> {
    string(given).map(|name| Some(name).filter(|name| !name.is_empty()))
}

/// Reads an id of a static member, in which Kafka allows the characters of topics.
fn instance_id(given: Given<'_>) -> Result<Option<String>, String> {
    let id = string(given)?;
    let is_legal = |one: char| one.is_ascii_alphanumeric() || "._-".contains(one);
    if id.is_empty() {
        return Ok(None);
    }
    if id.len() > 249 || !id.chars().all(is_legal) || id == "." || id == ".." {
        return Err("not a valid id of a group's member\nnote: Kafka allows at most 249 letters, digits, `.`, `_` and `-`\nhelp: \
                    write an id such as `reminders-0`"
            .to_owned());
    }
    Ok(Some(id))
}

/// Reads a moment.
fn moment(given: Given<'_>) -> Result<Option<SystemTime>, String> {
    const HELP: &str = "help: write a time such as `2026-11-30T08:00:00Z`";
    let text = string(given)?;
    let time: DateTime = text.parse().map_err(|error: DateTimeError| format!("{error}\n{HELP}"))?;
    let micros = time.unix_micros().ok_or_else(|| {
        format!(
            "the time has no offset from UTC\nnote: it would be a different moment in each time zone\n{HELP}"
        )
    })?;
    // Nothing is older than the clocks of brokers, which count in milliseconds.
    Ok(Some(UNIX_EPOCH + Duration::from_millis(u64::try_from(micros / 1000).unwrap_or_default())))
}

/// Reads the id of an entry in a stream, `milliseconds-number` or `milliseconds`.
fn message_id(given: Given<'_>) -> Result<String, String> {
    let is_number = |text: &str| text.parse::<u64>().is_ok() && !text.starts_with('+');
    match given.value {
        Value::String(id) if id.splitn(2, '-').all(is_number) => Ok(id.clone()),
        other => Err(format!(
            "expected the id of a message, found {}\nnote: Redis ids have the form `milliseconds-number`, and Kafka ids the form `partition-offset`\nhelp: write an id \
             such as `1679676448892-0`, as `tail` prints it",
            found(other)
        )),
    }
}

/// Looks up keys in a table, in which null counts as not set. A key without a row is an error, because it would have no effect.
fn table<'a>(
    path: &'a SettingPath<'a>,
    value: &'a Value,
    rows: &[Row],
    findings: &mut Findings,
) -> Option<impl Fn(&str) -> Option<(Given<'a>, SettingPath<'a>)> + use<'a>> {
    let keys: Vec<_> = rows.iter().flat_map(|row| row.names).copied().collect();
    let known = keys.join("`, `");
    let Value::Object(entries) = value else {
        findings.error(
            path,
            format!("expected a table, found {}\nhelp: write a table of `{known}`", kind(value)),
        );
        return None;
    };
    let mut all_known = true;
    for key in entries.keys().filter(|key| !keys.contains(&&***key)) {
        all_known = false;
        let help = match &**key {
            "group" if keys.contains(&"group_id") => "write `group_id`",
            _ => "write one of them, or remove this one",
        };
        findings
            .error(&path.key(key), format!("unknown key\nnote: the known keys are `{known}`\nhelp: {help}"));
    }
    all_known.then_some(move |key: &str| {
        let value = entries.get(key).filter(|value| !value.is_null())?;
        Some((Given { value, is_variable: false }, path.key(key)))
    })
}

/// Reports a receiver timeout that is not less than the claim time.
pub(super) fn check_claim_time(
    path: &SettingPath<'_>,
    claim: Duration,
    receiver_timeout: Duration,
    findings: &mut Findings,
) {
    if receiver_timeout >= claim {
        findings.error(
            path,
            format!(
                "messages are claimed after {} ms, which must be more than the receiver timeout of {} ms\nnote: another \
                 consumer would handle a message while a slow receiver is still working on it\nhelp: raise \
                 `claim_msgs_older_than` (milliseconds), or lower `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` (seconds)",
                claim.as_millis(),
                receiver_timeout.as_millis()
            ),
        );
    }
}
