//! The part of `check` that covers the event bus: its settings, its routes, whether it can be made, and with `--live` its server.

use std::collections::{BTreeMap, BTreeSet};

use super::{args::SettingsArgs, existing::Names, finding_lines::FindingLines};
use crate::{
    error::chain,
    event::EventDefinition,
    event_bus::{
        BusError, EventBus, LOOP_HELP, Obstacle, Operations, Settings, TopicUse, bus, bus_of_operators,
        settings::{ConsumerConfig, Finding, Route},
    },
    registry,
};

pub(super) fn find(settings: &SettingsArgs, live: bool, found: &mut FindingLines) {
    let settings = match settings.read() {
        Ok(settings) => settings,
        Err(error) => return found.settings(error.findings()),
    };
    found.settings(settings.warnings());
    found.settings(&buses_not_set(&settings));
    let without_route = events_without_route(&settings);
    if without_route.is_empty() {
        found.warnings(producer_without_route(&settings));
    }
    found.warnings(without_route);
    found.warnings(loops(&settings));
    match consumer_without_receivers(&settings) {
        Some(finding) => found.errors([finding]),
        None => found.errors(routes_without_receivers(&settings)),
    }
    found.errors(receivers_without_topic(&settings));
    buses(&settings, live, found);
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

/// Finds events of this program that go nowhere, although it produces others. Open edX's events are left out, because a program
/// that links the catalogue sends few of them.
fn events_without_route(settings: &Settings) -> Vec<String> {
    if settings.producer.bus.is_none() || settings.producer.config.iter().next().is_none() {
        return Vec::new();
    }
    let is_own = |event: &&EventDefinition| {
        event.local_only().is_none()
            && !event.module_path().starts_with(concat!(env!("CARGO_CRATE_NAME"), "::"))
    };
    let has_route =
        |event: &&EventDefinition| settings.producer.config.enabled(event.event_type()).next().is_some();
    let disabled = |event_type: &str| {
        settings.producer.config.iter().find(|(routed, ..)| *routed == event_type).map(|(_, topic, _)| topic)
    };
    let events = registry::events().filter(is_own).filter(|event| !has_route(event));
    let line = |event: &'static EventDefinition| {
        let event_type = event.event_type();
        let (has, help) = match disabled(event_type) {
            Some(topic) => {
                (format!("its route to topic `{topic}` is disabled"), "enable the route".to_owned())
            }
            None => {
                ("it has no route".to_owned(), "name its topic in `EVENT_BUS_PRODUCER_CONFIG`".to_owned())
            }
        };
        format!(
            "route_missing: if this program sends `{event_type}`, the event stays in the process: {has} (help: {help}, or leave it \
             if other services need not know of the event)"
        )
    };
    events.map(line).collect()
}

/// Makes the buses of the producer and of the consumer, which fails as it does at the start, for example if the program is built
/// without one of them. With `live`, asks their servers.
fn buses(settings: &Settings, live: bool, found: &mut FindingLines) {
    let operated = match bus_of_operators(settings) {
        Ok(operated) => operated,
        Err(error) if live => return found.errors([unreachable(&error)]),
        // Other findings say whether one is needed.
        Err(_) => return,
    };
    let producing = settings.producer.bus.as_deref();
    let mut uses = vec![Used { bus: operated, consumes: true, produces: producing == Some(operated) }];
    let other = producing.filter(|bus| *bus != operated);
    uses.extend(other.map(|bus| Used { bus, consumes: false, produces: true }));
    for used in uses {
        match bus(used.bus, settings) {
            Ok(bus) if live => used.ask(settings, &*bus, found),
            Ok(_) => {}
            Err(error) => found.errors([format!("bus: {}", chain(&error))]),
        }
    }
}

fn unreachable(error: &BusError) -> String {
    format!("server: {}", chain(error))
}

/// A bus, and what the program uses it for.
struct Used<'a> {
    bus: &'a str,
    consumes: bool,
    produces: bool,
}

impl Used<'_> {
    /// Asks the server. Reports that it does not answer, or which topics and groups do not exist there.
    /// A topic or group that is created when it is first used may be new.
    fn ask(&self, settings: &Settings, bus: &dyn EventBus, found: &mut FindingLines) {
        let mut operations = match bus.operations() {
            Ok(operations) => operations,
            Err(error) => return found.errors([unreachable(&error)]),
        };
        if let Err(error) = operations.ping() {
            return found.errors([unreachable(&error)]);
        }
        let mut topics: BTreeMap<&str, Option<&str>> =
            self.produced(settings).map(|(_, topic, _)| (topic, None)).collect();
        topics.extend(self.consumed(settings).map(|(topic, config)| (&**topic, Some(&*config.group_id))));
        for (topic, group) in topics {
            match Names::new(settings, topic, group).missing(&mut *operations) {
                Ok(None) => {}
                Ok(Some(missing)) => {
                    let text = format!("{}: {missing} (help: {})", missing.rule(), missing.help());
                    // Events to a topic that nobody creates are lost.
                    if missing.is_created() {
                        found.warnings([text]);
                    } else {
                        found.errors([text]);
                    }
                }
                Err(error) => found.errors([unreachable(&error)]),
            }
        }
        match self.obstacles(settings, &mut *operations) {
            Ok(obstacles) => {
                for Obstacle { text, is_certain } in obstacles {
                    if is_certain {
                        found.errors([text]);
                    } else {
                        found.warnings([text]);
                    }
                }
            }
            Err(error) => found.errors([unreachable(&error)]),
        }
    }

    /// Asks what would prevent this program from producing and consuming, and reports each obstacle once.
    fn obstacles(
        &self,
        settings: &Settings,
        operations: &mut dyn Operations,
    ) -> Result<BTreeSet<Obstacle>, BusError> {
        let mut found = BTreeSet::from_iter(operations.general_obstacles()?);
        for (event_type, topic, route) in self.produced(settings) {
            let (topic, key_field) = (settings.stream_name(topic), Some(&*route.event_key_field));
            found.extend(operations.obstacles(&TopicUse::Produce {
                topic: &topic,
                event_type,
                key_field,
            })?);
        }
        for (topic, config) in self.consumed(settings) {
            let topic_use =
                TopicUse::Consume { topic: &settings.stream_name(topic), group: &config.group_id };
            found.extend(operations.obstacles(&topic_use)?);
        }
        Ok(found)
    }

    /// Returns the enabled routes to this bus.
    fn produced<'a>(&self, settings: &'a Settings) -> impl Iterator<Item = (&'a str, &'a str, &'a Route)> {
        let produces = self.produces;
        settings.producer.config.iter().filter(move |(.., route)| produces && route.enabled)
    }

    /// Returns the topics that the program consumes from this bus.
    fn consumed<'a>(&self, settings: &'a Settings) -> impl Iterator<Item = (&'a String, &'a ConsumerConfig)> {
        let consumes = self.consumes;
        settings.consumer.config.iter().filter(move |(_, config)| consumes && config.enabled)
    }
}
