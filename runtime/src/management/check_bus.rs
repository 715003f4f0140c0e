//! What `check` says of the event bus: its settings, its routes, and with `--live` its server.

use std::collections::BTreeSet;

use super::bus::SettingsArgs;
use crate::{
    event::EventDefinition,
    event_bus::{Settings, chain, operations, settings::Finding},
    registry,
};

/// All findings, each on one line.
pub(super) fn findings(settings: &SettingsArgs, live: bool) -> Vec<String> {
    let settings = match settings.read() {
        Ok(settings) => settings,
        Err(error) => return error.findings().iter().map(of_settings).collect(),
    };
    let mut lines: Vec<String> = settings.warnings().iter().map(of_settings).collect();
    lines.extend(buses_not_set(&settings).iter().map(of_settings));
    lines.extend(routes_without_receivers(&settings));
    lines.extend(receivers_without_topic(&settings));
    if live {
        lines.extend(server(&settings));
    }
    lines
}

fn of_settings(finding: &Finding) -> String {
    format!("settings: {}", finding.to_string().replace("\n  ", "; "))
}

/// What is missing to produce and to consume as the settings say.
fn buses_not_set(settings: &Settings) -> Vec<Finding> {
    let consuming = if consumed(settings).is_empty() { None } else { settings.consuming_bus().err() };
    let errors = settings.producing_bus().err().into_iter().chain(consuming);
    errors.flat_map(|error| error.findings().to_vec()).collect()
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
