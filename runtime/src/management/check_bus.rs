//! The part of `check` that covers the event bus: its settings, its routes, and with `--live` its server.

use std::collections::BTreeSet;

use super::{args::SettingsArgs, finding_lines::FindingLines};
use crate::{
    error::chain,
    event::EventDefinition,
    event_bus::{LOOP_HELP, Settings, operations, settings::Finding},
    registry,
};

pub(super) fn find(settings: &SettingsArgs, live: bool, found: &mut FindingLines) {
    let settings = match settings.read() {
        Ok(settings) => settings,
        Err(error) => return found.settings(error.findings()),
    };
    found.settings(settings.warnings());
    found.settings(&buses_not_set(&settings));
    found.warnings(producer_without_route(&settings));
    found.warnings(loops(&settings));
    match consumer_without_receivers(&settings) {
        Some(finding) => found.errors([finding]),
        None => found.errors(routes_without_receivers(&settings)),
    }
    found.errors(receivers_without_topic(&settings));
    if live {
        found.errors(server(&settings));
    }
}

/// Finds buses that are not set although the settings need them.
fn buses_not_set(settings: &Settings) -> Vec<Finding> {
    let consuming = if consumed(settings).is_empty() { None } else { settings.consuming_bus().err() };
    let errors = settings.producing_bus().err().into_iter().chain(consuming);
    errors.flat_map(|error| error.findings().to_vec()).collect()
}

/// Finds a producer that produces nothing. A program that consumes is left out, because its receivers may send events.
fn producer_without_route(settings: &Settings) -> Option<&'static str> {
    let is_idle = settings.producer.bus.is_some()
        && !settings.producer.config.iter().any(|(_, _, route)| route.enabled);
    (is_idle && consumed(settings).is_empty()).then_some(
        "producer_without_route: `EVENT_BUS_PRODUCER` is set, but `EVENT_BUS_PRODUCER_CONFIG` has no enabled route, so \
         events stay in their process (help: name the topics of the events to produce)",
    )
}

/// Finds topics that one process would produce to and consume. `consume-events` refuses them.
fn loops(settings: &Settings) -> Vec<String> {
    let consumed = consumed(settings);
    let produced = settings.producer.config.iter().filter(|(.., route)| route.enabled);
    let looped = produced.filter(|(_, topic, _)| settings.producer.bus.is_some() && consumed.contains(topic));
    looped
        .map(|(event_type, topic, _)| {
            format!(
                "route_loop: with these settings, one process produces `{event_type}` to topic `{topic}` and consumes \
                 it, which `consume-events` refuses ({LOOP_HELP})"
            )
        })
        .collect()
}

/// Finds a consumer without receivers. `consume-events` refuses to run it.
fn consumer_without_receivers(settings: &Settings) -> Option<String> {
    let topics: Vec<&str> = consumed(settings).into_iter().collect();
    (!topics.is_empty() && !registry::has_receivers()).then(|| {
        format!(
            "consumer_without_receiver: this program consumes {}, but has no receiver, because a crate's receivers are \
             only linked if the program mentions the crate (help: `use handlers as _;`)",
            topics.join(", "),
        )
    })
}

/// Finds events that no receiver takes, although they are routed to a topic that this program consumes. The consumer
/// acknowledges them unseen.
fn routes_without_receivers(settings: &Settings) -> Vec<String> {
    let consumed = consumed(settings);
    let routes =
        settings.producer.config.iter().filter(|(_, topic, route)| route.enabled && consumed.contains(topic));
    let unheard = routes.filter(|(event_type, ..)| registry::type_has_receivers(event_type) == Some(false));
    unheard
        .map(|(event_type, topic, _)| {
            format!(
                "route_without_receiver: `{event_type}` goes to topic `{topic}`, which this program consumes, but it has \
                 no receiver in this program"
            )
        })
        .collect()
}

/// Finds receivers of events that go only to topics that this program does not consume.
fn receivers_without_topic(settings: &Settings) -> Vec<String> {
    let consumed = consumed(settings);
    if consumed.is_empty() {
        // In a program that does not consume, receivers take the events of their own process.
        return Vec::new();
    }
    let unreached = |event: &&EventDefinition| {
        let mut topics =
            settings.producer.config.enabled(event.event_type()).map(|(topic, _)| topic).peekable();
        topics.peek().is_some() && topics.all(|topic| !consumed.contains(topic))
    };
    let events = registry::events().filter(unreached);
    events
        .filter(|event| registry::type_has_receivers(event.event_type()) == Some(true))
        .map(|event| {
            format!(
                "receiver_without_topic: `{}` has receivers in this program, but the program consumes none of the topics \
                 that the event goes to",
                event.event_type()
            )
        })
        .collect()
}

/// Returns the topics that this program consumes, without prefix.
fn consumed(settings: &Settings) -> BTreeSet<&str> {
    settings.consumer.config.iter().filter(|(_, config)| config.enabled).map(|(topic, _)| &**topic).collect()
}

/// Returns a finding if the server does not answer.
fn server(settings: &Settings) -> Option<String> {
    let probe = settings.stream_name("openedx-events-check");
    let asked = operations(settings).and_then(|mut operations| operations.read(&probe, None, 1));
    asked.err().map(|error| format!("server: {}", chain(&error)))
}
