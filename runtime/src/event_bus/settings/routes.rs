//! `EVENT_BUS_PRODUCER_CONFIG`: the routes of events to topics.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    finding::{Findings, SettingPath, Severity},
    key_path, topic,
    value::{Given, boolean, kind, string},
};
use crate::{event::EventDefinition, registry};

/// The routes of events to topics: `EVENT_BUS_PRODUCER_CONFIG`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProducerConfig {
    routes: BTreeMap<String, BTreeMap<String, Route>>,
}

/// The route of events of one type to one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The path to the partition key, such as `enrollment.course.course_key`. Redis does not use it.
    pub event_key_field: String,
    /// Whether events are sent to the topic.
    pub enabled: bool,
}

impl ProducerConfig {
    /// Returns the enabled routes of an event type, with their topics (without prefix), sorted by topic.
    pub fn enabled<'a>(&'a self, event_type: &str) -> impl Iterator<Item = (&'a str, &'a Route)> + use<'a> {
        let topics = self.routes.get(event_type).into_iter().flatten();
        topics.filter(|(_, route)| route.enabled).map(|(topic, route)| (&**topic, route))
    }

    /// Returns all routes, enabled or not, as event type, topic and route, sorted by event type and topic.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Route)> {
        self.routes
            .iter()
            .flat_map(|(event, topics)| topics.iter().map(|(topic, route)| (&**event, &**topic, route)))
    }
}

/// The settings that the check of a route depends on.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) prefix: Option<&'a str>,
    /// Whether the bus uses keys, so that events with a wrong path can overtake each other.
    pub(super) uses_keys: bool,
    pub(super) bus: Option<&'a str>,
}

pub(super) fn read(
    path: &SettingPath<'_>,
    value: &Value,
    context: Context<'_>,
    findings: &mut Findings,
) -> ProducerConfig {
    let mut config = ProducerConfig::default();
    let Some(events) = table(path, value, "event types", "org.example.learning.quiz.passed.v1", findings)
    else {
        return config;
    };
    for (event_type, topics) in events {
        let path = path.key(event_type);
        let definition = registry::get(event_type);
        let Some(topics) = table(&path, topics, "topics", "my-topic", findings) else { continue };
        let mut routes = BTreeMap::new();
        for (topic, route) in topics {
            let path = path.key(topic);
            topic::check(&path, context.prefix, topic, findings);
            if let Some(route) = read_route(&path, route, definition, findings) {
                if let Some(definition) = definition {
                    check_key(&path.key("event_key_field"), &route, definition, context, findings);
                }
                routes.insert(topic.clone(), route);
            }
        }
        let enabled = routes.values().any(|route| route.enabled);
        check_event(&path, event_type, definition, enabled, findings);
        config.routes.insert(event_type.clone(), routes);
    }
    config
}

fn table<'a>(
    path: &SettingPath<'_>,
    value: &'a Value,
    of: &str,
    example: &str,
    findings: &mut Findings,
) -> Option<&'a serde_json::Map<String, Value>> {
    if value.is_object() {
        return value.as_object();
    }
    findings.error(
        path,
        format!(
            "expected a table of {of}, found {}\nnote: `EVENT_BUS_PRODUCER_CONFIG` is event type → topic → \
             `event_key_field` and `enabled`\nhelp: write entries such as `{}`",
            kind(value),
            path.key(example)
        ),
    );
    None
}

const KEYS: [&str; 2] = ["event_key_field", "enabled"];
const NOTE: &str = "note: a route has `event_key_field` and `enabled`";

fn read_route(
    path: &SettingPath<'_>,
    value: &Value,
    definition: Option<&EventDefinition>,
    findings: &mut Findings,
) -> Option<Route> {
    let key = definition.and_then(EventDefinition::key_field).unwrap_or("the.path.of.its.key");
    let example = format!("`{{\"event_key_field\": \"{key}\", \"enabled\": true}}`");
    let Value::Object(route) = value else {
        let found = kind(value);
        findings.error(path, format!("expected a route, found {found}\n{NOTE}\nhelp: write {example}"));
        return None;
    };
    let mut misspelt = Vec::new();
    for key in route.keys().filter(|key| !KEYS.contains(&&***key)) {
        let is_slip = |known: &&str| !route.contains_key(*known) && strsim::osa_distance(known, key) <= 2;
        if let Some(known) = KEYS.into_iter().find(is_slip) {
            findings.error(&path.key(key), format!("unknown key in a route\n{NOTE}\nhelp: write `{known}`"));
            misspelt.push(known);
        } else {
            findings
                .warning(&path.key(key), format!("unknown key in a route, ignored\n{NOTE}\nhelp: remove it"));
        }
    }
    for key in KEYS.into_iter().filter(|key| !route.contains_key(*key) && !misspelt.contains(key)) {
        findings.error(
            path,
            format!(
                "the route has no `{key}`\nnote: it requires both keys, as in Python\nhelp: write {example}"
            ),
        );
    }
    let given = |key: &str| route.get(key).map(|value| Given { value, is_variable: false });
    let [key_field, enabled] = KEYS;
    let event_key_field =
        given(key_field).and_then(|given| findings.take(&path.key(key_field), string(given)));
    let enabled = given(enabled).and_then(|given| findings.take(&path.key("enabled"), boolean(given)));
    Some(Route { event_key_field: event_key_field?, enabled: enabled? })
}

/// Reports an event type that cannot be routed.
fn check_event(
    path: &SettingPath<'_>,
    event_type: &str,
    definition: Option<&EventDefinition>,
    enabled: bool,
    findings: &mut Findings,
) {
    let Some(definition) = definition else {
        let types = registry::events().map(EventDefinition::event_type);
        let near = types.map(|known| (strsim::osa_distance(known, event_type), known)).min();
        let help = match near.filter(|(distance, _)| *distance <= 3) {
            Some((_, near)) => format!("write `{near}`"),
            None => format!(
                "link the crate that defines it, for example with `use my_events as _;`, or {}",
                if enabled { "disable its routes" } else { "remove its routes" }
            ),
        };
        let (severity, routes) = if enabled {
            (Severity::Error, "with an enabled route")
        } else {
            (Severity::Warning, "whose routes are disabled")
        };
        let message = format!(
            "unknown event type {routes}\nnote: no crate linked into this program defines it\nhelp: {help}"
        );
        findings.push(severity, path, message);
        return;
    };
    if let Some(reason) = definition.local_only().filter(|_| enabled) {
        findings.error(
            path,
            format!(
                "`{}` is local only, and cannot go to an event bus\nnote: {reason}\nhelp: disable the route, or remove it",
                definition.name()
            ),
        );
    }
}

/// Reports a key path that is not in the event. That is an error if keys are used. Otherwise it is a warning, because it
/// does no harm, and the settings of real services contain wrong paths.
fn check_key(
    path: &SettingPath<'_>,
    route: &Route,
    definition: &EventDefinition,
    context: Context<'_>,
    findings: &mut Findings,
) {
    let key = &*route.event_key_field;
    let Err(problem) = key_path::check(definition, key) else {
        // If the event's own key is personal data, the event has a waiver.
        let is_own = definition.key_field() == Some(key);
        if context.uses_keys && !is_own && key_path::is_personal(definition, key) {
            findings.warning(
                path,
                format!(
                    "`{key}` is personal data\nnote: brokers, their logs and tools show keys in plain text, and keep them \
                     after the person's data is erased (ADR-8)\nhelp: write the path of an id or an opaque key"
                ),
            );
        }
        return;
    };
    let (severity, note) = match (context.uses_keys, route.enabled, context.bus) {
        (true, true, _) => (Severity::Error, "events without a key can overtake each other".to_owned()),
        (true, false, _) => {
            (Severity::Warning, "the route is disabled; if it is enabled, this is an error".to_owned())
        }
        (false, _, bus) => {
            let bus = bus.map_or_else(
                || "no bus is set".to_owned(),
                |bus| format!("the bus `{bus}` does not use keys"),
            );
            (Severity::Warning, format!("{bus}; a bus that uses keys would refuse these settings"))
        }
    };
    let help = match definition.key_field() {
        Some(key) => format!("write `{key}`"),
        None => format!("write the path of a value in the event, from {}", key_path::data_keys(definition)),
    };
    findings.push(severity, path, format!("{problem}\nnote: {note}\nhelp: {help}"));
}
