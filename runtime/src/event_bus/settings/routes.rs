//! `EVENT_BUS_PRODUCER_CONFIG`: which events go to which topics.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    finding::{Findings, Place, Severity},
    key_path, topic, value,
};
use crate::{event::EventDefinition, registry};

/// The routes of events to topics: `EVENT_BUS_PRODUCER_CONFIG`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProducerConfig {
    routes: BTreeMap<String, BTreeMap<String, Route>>,
}

/// Whether, and by which key, events of one type go to one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The path to the value that keeps events in order, as in `enrollment.course.course_key`. Redis does not
    /// use it.
    pub event_key_field: String,
    /// Whether events take this route.
    pub enabled: bool,
}

impl ProducerConfig {
    /// The topics, without prefix, to which events of that type go, in the order of their names.
    pub fn enabled<'a>(&'a self, event_type: &str) -> impl Iterator<Item = (&'a str, &'a Route)> + use<'a> {
        let topics = self.routes.get(event_type).into_iter().flatten();
        topics.filter(|(_, route)| route.enabled).map(|(topic, route)| (&**topic, route))
    }

    /// All routes, enabled or not, as event type, topic and route, in the order of these names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Route)> {
        self.routes
            .iter()
            .flat_map(|(event, topics)| topics.iter().map(|(topic, route)| (&**event, &**topic, route)))
    }

    /// Whether any event goes anywhere.
    #[must_use]
    pub fn has_enabled(&self) -> bool {
        self.iter().any(|(_, _, route)| route.enabled)
    }
}

/// How the routes are checked.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) prefix: Option<&'a str>,
    /// Whether the producer sends the key along, so that a wrong path loses events.
    pub(super) uses_keys: bool,
    pub(super) bus: Option<&'a str>,
}

pub(super) fn read(
    place: &Place<'_>,
    value: &Value,
    context: Context<'_>,
    findings: &mut Findings,
) -> ProducerConfig {
    let mut config = ProducerConfig::default();
    let Some(events) = table(place, value, "event types", "'org.example.learning.quiz.passed.v1'", findings)
    else {
        return config;
    };
    for (event_type, topics) in events {
        let place = place.key(event_type);
        let definition = registry::get(event_type);
        let Some(topics) = table(&place, topics, "topics", "'my-topic'", findings) else { continue };
        let mut routes = BTreeMap::new();
        for (topic, route) in topics {
            let place = place.key(topic);
            topic::check(&place, context.prefix, topic, findings);
            if let Some(route) = read_route(&place, route, definition, findings) {
                if let Some(definition) = definition {
                    check_key(&place, &route, definition, context, findings);
                }
                routes.insert(topic.clone(), route);
            }
        }
        let enabled = routes.values().any(|route| route.enabled);
        check_event(&place, event_type, definition, enabled, findings);
        config.routes.insert(event_type.clone(), routes);
    }
    config
}

fn table<'a>(
    place: &Place<'_>,
    value: &'a Value,
    of: &str,
    example: &str,
    findings: &mut Findings,
) -> Option<&'a serde_json::Map<String, Value>> {
    if let Value::Object(table) = value {
        return Some(table);
    }
    findings.error(
        place,
        format!(
            "a table of {of} is needed, found {}\nnote: `EVENT_BUS_PRODUCER_CONFIG` is event type → topic → \
             `event_key_field` and `enabled`\nhelp: write it as in `{}[{example}]`",
            value::kind(value),
            place.path()
        ),
    );
    None
}

/// What a route has.
const PARTS: [&str; 2] = ["event_key_field", "enabled"];
const NOTE: &str = "note: a route has `event_key_field` and `enabled`";

fn read_route(
    place: &Place<'_>,
    value: &Value,
    definition: Option<&EventDefinition>,
    findings: &mut Findings,
) -> Option<Route> {
    let Value::Object(route) = value else {
        findings.error(
            place,
            format!(
                "a route is needed, found {}\n{NOTE}\nhelp: write {}",
                value::kind(value),
                example(definition)
            ),
        );
        return None;
    };
    let mut misspelt = Vec::new();
    for key in route.keys().filter(|key| !PARTS.contains(&&***key)) {
        let is_slip = |part: &&str| !route.contains_key(*part) && strsim::osa_distance(part, key) <= 2;
        if let Some(part) = PARTS.into_iter().find(is_slip) {
            findings.error(&place.key(key), format!("is no part of a route\n{NOTE}\nhelp: write `{part}`"));
            misspelt.push(part);
        } else {
            let what = format!("is no part of a route, and is ignored\n{NOTE}\nhelp: leave it out");
            findings.warning(&place.key(key), what);
        }
    }
    let mut part = |name: &str| {
        let value = route.get(name);
        if value.is_none() && !misspelt.contains(&name) {
            findings.error(
                place,
                format!(
                    "the route has no `{name}`\nnote: it needs `event_key_field` and `enabled`, as in \
                     Python\nhelp: write {}",
                    example(definition)
                ),
            );
        }
        value
    };
    let (key_field, enabled) = (part("event_key_field"), part("enabled"));
    let key_field = key_field.and_then(|value| value::text(&place.key("event_key_field"), value, findings));
    let enabled = enabled.and_then(|value| value::boolean(&place.key("enabled"), value, false, findings));
    Some(Route { event_key_field: key_field?, enabled: enabled? })
}

fn example(definition: Option<&EventDefinition>) -> String {
    let key = definition.and_then(EventDefinition::key_field).unwrap_or("the.path.of.its.key");
    format!("`{{\"event_key_field\": \"{key}\", \"enabled\": true}}`")
}

/// Reports an event type that cannot be routed.
fn check_event(
    place: &Place<'_>,
    event_type: &str,
    definition: Option<&EventDefinition>,
    enabled: bool,
    findings: &mut Findings,
) {
    let Some(definition) = definition else {
        let near = registry::events()
            .map(EventDefinition::event_type)
            .map(|known| (strsim::osa_distance(known, event_type), known))
            .min()
            .filter(|(distance, _)| *distance <= 3);
        let help = match near {
            Some((_, near)) => format!("write `{near}`"),
            None if enabled => "link the crate that defines it, as in `use my_events as _;`, or disable its \
                                routes"
                .to_owned(),
            None => "link the crate that defines it, as in `use my_events as _;`, or leave it out".to_owned(),
        };
        let what = if enabled {
            "an enabled route is for an event type that this program does not have"
        } else {
            "this program has no such event type; its routes are disabled"
        };
        findings.push(
            if enabled { Severity::Error } else { Severity::Warning },
            place,
            format!("{what}\nnote: no crate that the program is linked with defines it\nhelp: {help}"),
        );
        return;
    };
    if let Some(reason) = definition.local_only().filter(|_| enabled) {
        findings.error(
            place,
            format!(
                "`{}` is local only, and cannot go to an event bus\nnote: {reason}\nhelp: disable the route, or \
                 leave it out",
                definition.name()
            ),
        );
    }
}

/// Reports a key path that is not in the event. Where no key is sent, that does no harm, and real installations
/// have wrong ones: it is a warning then, as it is for a route that is not taken.
fn check_key(
    place: &Place<'_>,
    route: &Route,
    definition: &EventDefinition,
    context: Context<'_>,
    findings: &mut Findings,
) {
    let path = &route.event_key_field;
    let Err(problem) = key_path::check(definition, path) else {
        // Redis keeps no key; and the event's own key has a waiver.
        if context.uses_keys
            && definition.key_field() != Some(path)
            && key_path::is_personal(definition, path)
        {
            findings.warning(
                &place.key("event_key_field"),
                format!(
                    "`{path}` is personal data\nnote: brokers, their logs and tools show keys in plain text, and keep them \
                     after the person's data is erased (ADR-8)\nhelp: write the path of an id or an opaque key"
                ),
            );
        }
        return;
    };
    let is_error = context.uses_keys && route.enabled;
    let effect = if is_error {
        "events without a key can overtake each other".to_owned()
    } else if context.uses_keys {
        "the route is disabled; enabled, it would be an error".to_owned()
    } else {
        let bus = context.bus.map_or_else(|| "no bus".to_owned(), |bus| format!("the bus `{bus}`"));
        format!("{bus} is set, which does not use keys; one that does would refuse these settings")
    };
    let help = definition.key_field().map_or_else(
        || format!("write the path of a value that the event has, from {}", key_path::data_keys(definition)),
        |key| format!("write `{key}`"),
    );
    findings.push(
        if is_error { Severity::Error } else { Severity::Warning },
        &place.key("event_key_field"),
        format!("{problem}\nnote: {effect}\nhelp: {help}"),
    );
}
