//! Compares the event definitions of the catalogue with the definitions of openedx-events 11.2.0 in `golden/catalog.json`.

use std::collections::{BTreeMap, BTreeSet};

use openedx_events::{AnyEventError, EventDefinition, registry};
use serde_json::Value;

/// The partition keys that differ from upstream's annotations, with the reasons.
const OTHER_KEY_FIELDS: &[(&str, &str, &str)] = &[
    // Upstream's path does not exist in the event's data.
    ("COURSE_IMPORT_COMPLETED", "catalog_info.course_key", "course.course_key"),
    ("COURSE_RERUN_COMPLETED", "catalog_info.course_key", "course.course_key"),
    ("ROLE_ASSIGNMENT_CREATED", "user.pii.username", "role_assignment.subject"),
    ("ROLE_ASSIGNMENT_DELETED", "user.pii.username", "role_assignment.subject"),
    // Upstream's path is personal data, which must not be in partition keys and logs.
    ("SESSION_LOGIN_COMPLETED", "user.pii.username", "user.id"),
    ("STUDENT_REGISTRATION_COMPLETED", "user.pii.username", "user.id"),
];

/// Returns Python's definitions, ordered by event type.
fn python_definitions() -> Vec<Value> {
    serde_json::from_str(include_str!("../golden/catalog.json")).unwrap()
}

/// Returns pairs of Python's definition and ours.
fn pairs() -> impl Iterator<Item = (Value, &'static EventDefinition)> {
    python_definitions().into_iter().map(|python| {
        let event_type = python["event_type"].as_str().unwrap();
        let ours = registry::get(event_type).unwrap_or_else(|| panic!("{event_type} is missing"));
        (python, ours)
    })
}

/// Returns our definitions of Open edX's events.
fn ours() -> impl Iterator<Item = &'static EventDefinition> {
    registry::events().filter(|event| event.module_path().starts_with("openedx_events::"))
}

#[test]
fn the_events_equal_pythons() {
    let pythons = python_definitions();
    let pythons: Vec<&str> = pythons.iter().map(|event| event["event_type"].as_str().unwrap()).collect();
    assert_eq!(ours().map(EventDefinition::event_type).collect::<Vec<_>>(), pythons);
    assert_eq!(pythons.len(), 75);
    assert_eq!(pythons.iter().collect::<BTreeSet<_>>().len(), 75);
    let all: BTreeSet<&str> = registry::events().map(EventDefinition::event_type).collect();
    assert_eq!(all.len(), registry::events().len());
}

#[test]
fn definitions_are_pythons() {
    let mut schemas = 0;
    for (python, ours) in pairs() {
        let module = ours.module_path().replace("catalog::", "").replace("::", ".");
        assert_eq!((ours.name(), module.as_str()), (text(&python, "constant"), text(&python, "module")));
        let parent = module.trim_end_matches(".signals");
        assert_eq!(parent.strip_prefix("openedx_events."), python["subdomain"].as_str());
        assert_eq!(Some(u64::from(ours.minor_version())), python["minor_version"].as_u64(), "{ours:?}");
        assert_eq!(ours.repository(), python["repository"].as_str(), "{ours:?}");
        let pythons = python["data"].as_array().unwrap();
        let pythons = pythons.iter().map(|pair| (text(pair, "key"), text(pair, "type")));
        let data: Vec<_> = ours.data().map(|key| (key.name(), key.type_name())).collect();
        assert_eq!(data, pythons.collect::<Vec<_>>(), "{ours:?}");
        let schema = ours.schema_string();
        assert_eq!(schema.as_deref(), python["schema_string"].as_str(), "{ours:?}");
        schemas += usize::from(schema.is_some());
    }
    assert_eq!(schemas, 73);
}

#[test]
fn key_fields_equal_pythons_if_those_are_usable() {
    let mut others: BTreeMap<&str, (&str, &str)> =
        OTHER_KEY_FIELDS.iter().map(|&(name, pythons, ours)| (name, (pythons, ours))).collect();
    for (python, ours) in pairs() {
        let pythons = python["key_field"].as_str();
        match others.remove(ours.name()) {
            Some((wrong, right)) => assert_eq!((pythons, ours.key_field()), (Some(wrong), Some(right))),
            None => assert_eq!(ours.key_field(), pythons, "{ours:?}"),
        }
    }
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn python_cannot_encode_the_same_three_events() {
    for (python, ours) in pairs() {
        assert_eq!(Some(ours.local_only().is_some()), python["local_only"].as_bool(), "{ours:?}");
        let refused = matches!(ours.decode_to_json(&[]), Err(AnyEventError::NoWireForm(_)));
        assert_eq!(refused, ours.local_only().is_some(), "{ours:?}");
    }
    assert_eq!(ours().filter(|event| event.local_only().is_some()).count(), 3);
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}
