//! What `check` says of the event bus: its settings, its routes, and with `--live` its server.

use std::collections::BTreeSet;

use super::{bus::SettingsArgs, check::Found};
use crate::{
    event::EventDefinition,
    event_bus::{LOOP_HELP, Settings, chain, operations, settings::Finding},
    registry,
};

pub(super) fn find(settings: &SettingsArgs, live: bool, found: &mut Found) {
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

/// What is missing to produce and to consume as the settings say.
fn buses_not_set(settings: &Settings) -> Vec<Finding> {
    let consuming = if consumed(settings).is_empty() { None } else { settings.consuming_bus().err() };
    let errors = settings.producing_bus().err().into_iter().chain(consuming);
    errors.flat_map(|error| error.findings().to_vec()).collect()
}

/// A program that consumes sends where its receivers do, if at all.
fn producer_without_route(settings: &Settings) -> Option<&'static str> {
    let is_idle = settings.producer.bus.is_some() && !settings.producer.config.has_enabled();
    (is_idle && consumed(settings).is_empty()).then_some(
        "producer_without_route: `EVENT_BUS_PRODUCER` is set, and `EVENT_BUS_PRODUCER_CONFIG` has no enabled route: \
         events stay in their process (help: name the topics of the events that are to be produced)",
    )
}

/// What `consume-events` refuses.
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

/// `consume-events` refuses to run.
fn consumer_without_receivers(settings: &Settings) -> Option<String> {
    let topics: Vec<&str> = consumed(settings).into_iter().collect();
    (!topics.is_empty() && !registry::has_receivers()).then(|| {
        format!(
            "consumer_without_receiver: this program consumes {}, and has no receiver: those of a crate are there once \
             something in the program mentions it (help: `use handlers as _;`)",
            topics.join(", "),
        )
    })
}

/// What is routed to a topic that this program consumes, and that nothing here receives: it is acknowledged and gone.
fn routes_without_receivers(settings: &Settings) -> Vec<String> {
    let consumed = consumed(settings);
    let routes =
        settings.producer.config.iter().filter(|(_, topic, route)| route.enabled && consumed.contains(topic));
    let unheard = routes.filter(|(event_type, ..)| registry::type_has_receivers(event_type) == Some(false));
    unheard
        .map(|(event_type, topic, _)| {
            format!(
                "route_without_receiver: `{event_type}` goes to topic `{topic}`, which this program consumes, and has no \
                 receiver in it"
            )
        })
        .collect()
}

/// Receivers of events that go to topics, none of which this program consumes.
fn receivers_without_topic(settings: &Settings) -> Vec<String> {
    let consumed = consumed(settings);
    if consumed.is_empty() {
        // A program that does not consume has receivers for the events of its own process.
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
                "receiver_without_topic: `{}` has receivers in this program, which consumes none of the topics that it \
                 goes to",
                event.event_type()
            )
        })
        .collect()
}

/// The topics that this program consumes, without prefix.
fn consumed(settings: &Settings) -> BTreeSet<&str> {
    settings.consumer.config.iter().filter(|(_, config)| config.enabled).map(|(topic, _)| &**topic).collect()
}

/// Whether the server answers.
fn server(settings: &Settings) -> Option<String> {
    let probe = settings.stream_name("openedx-events-check");
    let asked = operations(settings).and_then(|mut operations| operations.read(&probe, None, 1));
    asked.err().map(|error| format!("server: {}", chain(&error)))
}
