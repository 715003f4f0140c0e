//! Merges `EVENT_BUS_PRODUCER_CONFIG` as Python does.

use serde_json::{Map, Value};

/// Merges two `EVENT_BUS_PRODUCER_CONFIG` tables, as the function of this name in openedx-events does. Adds every pair of
/// event type and topic in `overrides` to `original`. If both have a pair, the `enabled` and `event_key_field` of `overrides`
/// count, unless they are null.
///
/// Drops other keys of a route in `overrides`, as Python does. A value that is not a table replaces the value that it
/// overrides, so that checking the settings finds it; Python raises an error.
///
/// ```
/// use openedx_events::event_bus::settings::merge_producer_configs;
/// use serde_json::json;
///
/// let event = "org.example.learning.quiz.passed.v1";
/// let original = json!({event: {"quizzes": {"enabled": false, "event_key_field": "quiz.id"}}});
/// let overrides = json!({event: {"quizzes": {"enabled": true}}});
/// let merged = json!({event: {"quizzes": {"enabled": true, "event_key_field": "quiz.id"}}});
/// assert_eq!(merge_producer_configs(original, &overrides), merged);
/// ```
#[must_use]
pub fn merge_producer_configs(original: Value, overrides: &Value) -> Value {
    merge_tables(original, overrides, |topics, overrides| {
        merge_tables(topics, overrides, |route, overrides| {
            merge_tables(route, &only_known(overrides), |_, value| value.clone())
        })
    })
}

fn merge_tables(original: Value, overrides: &Value, merge: impl Fn(Value, &Value) -> Value) -> Value {
    let Value::Object(overrides) = overrides else { return overrides.clone() };
    let mut merged = match original {
        Value::Object(original) => original,
        _ => Map::new(),
    };
    for (key, value) in overrides {
        let original = merged.remove(key).unwrap_or_default();
        merged.insert(key.clone(), merge(original, value));
    }
    Value::Object(merged)
}

fn only_known(route: &Value) -> Value {
    let Value::Object(route) = route else { return route.clone() };
    let known = route
        .iter()
        .filter(|(key, value)| ["enabled", "event_key_field"].contains(&key.as_str()) && !value.is_null());
    Value::Object(known.map(|(key, value)| (key.clone(), value.clone())).collect())
}
