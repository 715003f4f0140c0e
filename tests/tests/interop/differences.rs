//! The known differences between the Python implementation and the golden vectors. Everything else must be equal.

use std::collections::BTreeSet;

use openedx_events::EventsMetadata;
use openedx_events_tests::golden::Vector;
use serde_json::Value;

use crate::python::Python;

/// The events of 11.2.0 that openedx-events 10.5.0 can neither write nor read.
const NOT_IN_10_5_0: [(&str, &str); 9] = [
    ("org.openedx.authz.role_assignment.created", UNKNOWN),
    ("org.openedx.authz.role_assignment.deleted", UNKNOWN),
    ("org.openedx.learning.course.notification.requested.v1", DICT),
    ("org.openedx.learning.discussions.configuration.changed.v1", DICT),
    ("org.openedx.learning.forum.thread.created.v1", DICT),
    ("org.openedx.learning.forum.thread.response.comment.created.v1", DICT),
    ("org.openedx.learning.forum.thread.response.created.v1", DICT),
    ("org.openedx.learning.ora.submission.created.v1", LIST_OF_DICTS),
    ("org.openedx.learning.user.notification.requested.v1", DICT),
];
/// A later release added the subdomain.
const UNKNOWN: &str = "KeyError(";
/// Fields are declared as `dict` without types of keys and values, so they have no Avro schema.
const DICT: &str =
    "Exception('Unable to generate Avro schema for dict or array fields without annotation types.')";
/// A list of non-primitive values has no Avro schema.
const LIST_OF_DICTS: &str = "TypeError(\"Only following types are supported for list arguments";

/// Returns how the error of the release starts, if it does not know the event type.
pub(crate) fn not_in(python: &Python, event_type: &str) -> Option<&'static str> {
    let found = NOT_IN_10_5_0.iter().find(|(name, _)| python.release == "10.5.0" && *name == event_type)?;
    Some(found.1)
}

/// Returns the vectors that the release knows.
pub(crate) fn known<'a>(python: &Python, vectors: &'a [Vector]) -> Vec<&'a Vector> {
    vectors.iter().filter(|vector| not_in(python, vector.event.event_type()).is_none()).collect()
}

/// Fields whose false or empty values Python replaces with the default, because its deserializer ignores false values of fields
/// with a default. (For other fields, the default *is* the false or empty value.)
const LOST_BY_PYTHON: [(&str, &[&str]); 9] = [
    ("BadgeTemplateData", &["name", "description", "image_url"]),
    ("CcxCourseData", &["start", "end", "max_students_allowed"]),
    ("CourseDiscussionConfigurationData", &["enabled", "enable_in_context", "plugin_configuration"]),
    (
        "DiscussionThreadData",
        &[
            "thread_type",
            "anonymous",
            "anonymous_to_peers",
            "title",
            "title_truncated",
            "group_id",
            "team_id",
            "category_id",
            "category_name",
            "discussion",
        ],
    ),
    ("DiscussionTopicContext", &["external_id", "ordering", "group_id"]),
    ("EnterpriseCourseEnrollment", &["unenrolled", "source_slug"]),
    ("LedgerTransaction", &["fulfillment_identifier", "parent_content_key"]),
    ("RoleAssignmentData", &["actor_id"]),
    ("VerificationAttemptData", &["name"]),
];

/// The only loss that Python cannot encode again: it replaces an empty `plugin_configuration` with the class `dict` itself.
const WITHOUT_AVRO: &str = "plugin_configuration";

/// Compares the bytes that Python writes for the event it read with the vector. Returns the fields that Python lost.
///
/// # Panics
///
/// Panics on any other difference.
pub(crate) fn lost_by_python(
    vector: &Vector,
    answer: &Value,
    bytes: Option<&[u8]>,
) -> BTreeSet<&'static str> {
    let Some(bytes) = bytes else {
        assert_eq!(
            vector.data.pointer("/configuration/plugin_configuration"),
            Some(&Value::Object(serde_json::Map::new())),
            "{}: Python cannot encode the event that it read: {answer}",
            vector.id
        );
        return BTreeSet::from([WITHOUT_AVRO]);
    };
    if bytes == vector.avro {
        return BTreeSet::new();
    }
    let read: Value = serde_json::from_str(&vector.event.decode_to_json(bytes).unwrap()).unwrap();
    let mut lost = BTreeSet::new();
    compare(&vector.id, "", &vector.data, &read, &mut lost);
    assert!(!lost.is_empty(), "{}: different bytes for the same data", vector.id);
    lost
}

fn compare(id: &str, path: &str, sent: &Value, read: &Value, lost: &mut BTreeSet<&'static str>) {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) if sent.keys().eq(read.keys()) => {
            for (name, value) in sent {
                compare(id, &format!("{path}/{name}"), value, &read[name], lost);
            }
        }
        (Value::Array(sent), Value::Array(read)) if sent.len() == read.len() => {
            for (number, value) in sent.iter().enumerate() {
                compare(id, &format!("{path}/{number}"), value, &read[number], lost);
            }
        }
        _ if same_data(sent, read) => {}
        (Value::String(sent), Value::String(read)) if has_offset_below_a_second(sent) => {
            assert_eq!(*read, format!("{}+00:00", &sent[..sent.len() - OFFSET.len()]), "{id}: `{path}`");
            lost.insert(OFFSET);
        }
        _ => {
            let names = LOST_BY_PYTHON.iter().flat_map(|(_, names)| names.iter().copied());
            let field = names.into_iter().find(|name| path.rsplit('/').next() == Some(name));
            let is_expected = is_false(sent) && (read.is_null() || *read == Value::Bool(true));
            assert!(is_expected && field.is_some(), "{id}: `{path}` was sent as {sent} and read as {read}");
            lost.extend(field);
        }
    }
}

/// Returns true if the record dictionaries are equal. Python may send a float as an integer.
pub(crate) fn same_data(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let same = |(name, value): (&String, &Value)| {
                other.get(name).is_some_and(|other| same_data(value, other))
            };
            one.len() == other.len() && one.iter().all(same)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_data(one, other))
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() != other.is_f64() => {
            one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
}

/// An offset that Python writes correctly but reads as UTC.
const OFFSET: &str = "+00:00:00.000001";

fn has_offset_below_a_second(time: &str) -> bool {
    let Some(at) = time.len().checked_sub(OFFSET.len()).filter(|&at| time.is_char_boundary(at)) else {
        return false;
    };
    let (date, offset) = time.split_at(at);
    let digits = offset.strip_prefix(['+', '-']).and_then(|offset| offset.strip_prefix("00:00:00."));
    date.contains('T') && digits.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Returns true if Python considers the value false.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
    }
}

/// Returns the metadata that a consumer reads: it replaces an empty header with its default.
pub(crate) fn expected_metadata(vector: &Vector, service: &str) -> Value {
    let mut metadata: Value = serde_json::from_str(&vector.metadata).unwrap();
    if metadata["source"] == "" {
        metadata["source"] = format!("openedx/{service}/web").into();
    }
    if metadata["sourcehost"] == "" {
        metadata["sourcehost"] = EventsMetadata::of(vector.event).sourcehost.into();
    }
    metadata
}

pub(crate) fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_lists_name_existing_events_and_fields() {
    for (event_type, _) in NOT_IN_10_5_0 {
        assert!(openedx_events::registry::get(event_type).is_some(), "{event_type}");
    }
    let schemas: Vec<String> = openedx_events::registry::events()
        .filter_map(openedx_events::EventDefinition::schema_string)
        .collect();
    for (record, fields) in LOST_BY_PYTHON {
        let record = format!("\"name\": \"{record}\"");
        let schema = schemas.iter().find(|schema| schema.contains(&record)).unwrap();
        for field in fields {
            assert!(schema.contains(&format!("\"name\": \"{field}\"")), "{record}: {field}");
        }
    }
}
