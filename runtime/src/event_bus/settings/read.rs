//! Reads every setting into [`Settings`], and reports everything that is wrong.

use super::{
    Settings, bus,
    consumers::{self, ConsumerExtra},
    finding::Findings,
    layers::Layers,
    names,
    routes::{self, Context},
    table::ConsumerSettings,
};
use crate::event_bus::broker::{Capability, built_in::BuiltIn, buses::BusSettings};

/// Reads settings. Reports each wrong value, and uses the default in its place.
pub(super) fn read(layers: &Layers, findings: &mut Findings) -> Settings {
    names::check(layers, findings);
    let mut settings = Settings::default();
    let Settings { producer, consumer, buses, .. } = &mut settings;
    producer.read(layers.of(family("EVENT_BUS_PRODUCER", layers, buses)), findings);
    consumer.read(layers.of(family("EVENT_BUS_CONSUMER", layers, buses)), findings);
    buses.read(layers, findings);
    for (setting, bus) in
        [("EVENT_BUS_PRODUCER", &mut producer.bus), ("EVENT_BUS_CONSUMER", &mut consumer.bus)]
    {
        if let (Some(value), Some((_, path))) = (bus.take(), layers.get(setting)) {
            *bus = findings.take(&path, bus::choose(setting, &value, buses));
        }
    }
    settings.read(layers.of(""), findings);
    check_buses(&settings, layers, findings);
    check_retries(&settings.consumer, layers, findings);
    read_routes(&mut settings, layers, findings);
    settings.is_producing_off = layers.is_producing_off();
    check_empty(layers, findings);
    read_consumers(&mut settings, layers, findings);
    settings
}

/// Returns the family of the bus that `setting` chooses. A bus without one reads the settings of the first family.
fn family(setting: &str, layers: &Layers, buses: &BusSettings) -> &'static str {
    let value = layers.get(setting).and_then(|(given, _)| given.value.as_str());
    let chosen = buses.all().find(|bus| value.is_some_and(|value| bus.is_called(value, setting)));
    chosen.and_then(BuiltIn::family).or_else(|| buses.all().find_map(BuiltIn::family)).unwrap_or_default()
}

/// Lets each chosen bus report the settings that it lacks.
fn check_buses(settings: &Settings, layers: &Layers, findings: &mut Findings) {
    let choices =
        [("EVENT_BUS_PRODUCER", &settings.producer.bus), ("EVENT_BUS_CONSUMER", &settings.consumer.bus)];
    for bus in settings.buses.all() {
        if let Some((setting, _)) = choices.iter().find(|(_, choice)| choice.as_deref() == Some(bus.name())) {
            bus.check(setting, layers, findings);
        }
    }
}

fn check_retries(consumer: &ConsumerSettings, layers: &Layers, findings: &mut Findings) {
    let (min, max) = ("EVENT_BUS_CONSUMER_RETRY_MIN", "EVENT_BUS_CONSUMER_RETRY_MAX");
    if consumer.retry_min > consumer.retry_max
        && let Some((_, path)) = layers.get(min).or_else(|| layers.get(max))
    {
        findings.error(
            &path,
            format!(
                "the first wait of {} s is longer than the longest wait of {} s\nnote: waits between attempts grow from \
                 `{min}` to `{max}`\nhelp: lower the former, or raise the latter",
                consumer.retry_min.as_secs_f64(),
                consumer.retry_max.as_secs_f64(),
            ),
        );
    }
}

fn read_routes(settings: &mut Settings, layers: &Layers, findings: &mut Findings) {
    let Some((given, path)) = layers.get("EVENT_BUS_PRODUCER_CONFIG") else { return };
    let bus = settings.producer.bus.as_deref();
    let uses_keys = bus.is_some() && bus::can(bus, Capability::OrderByKey, &settings.buses);
    let context = Context { prefix: settings.topic_prefix.as_deref(), uses_keys, bus };
    settings.producer.config = routes::read(&path, given.value, context, findings);
}

/// Warns of empty variables that do not take back what another source sets.
fn check_empty(layers: &Layers, findings: &mut Findings) {
    for (path, kept) in layers.without_effect() {
        findings.warning(
            &path,
            format!(
                "empty, so {kept} stays in effect\nnote: an empty variable counts as not set\nhelp: write a value, or remove the \
                 variable"
            ),
        );
    }
}

fn read_consumers(settings: &mut Settings, layers: &Layers, findings: &mut Findings) {
    let ConsumerSettings { config, .. } = &mut settings.consumer;
    if let Some((given, path)) = layers.get("EVENT_BUS_CONSUMER_CONFIG") {
        *config = consumers::read(&path, given.value, settings.topic_prefix.as_deref(), findings);
    }
    if bus::can(settings.consumer.bus.as_deref(), Capability::ClaimEntries, &settings.buses) {
        check_claims(&settings.consumer, layers, findings);
    }
}

/// Reports receiver timeouts that are not less than the time after which other members claim a message.
fn check_claims(consumer: &ConsumerSettings, layers: &Layers, findings: &mut Findings) {
    let ConsumerSettings { receiver_timeout, config, .. } = consumer;
    let default = ConsumerExtra::default().claim_msgs_older_than;
    if let Some((_, path)) = layers.get("EVENT_BUS_CONSUMER_CONFIG") {
        let claims = config.iter().map(|(topic, config)| (topic, config.extra.claim_msgs_older_than));
        for (topic, claim) in claims.filter(|(_, claim)| *claim != default) {
            let path = path.key(topic).key("extra").key("claim_msgs_older_than");
            consumers::check_claim_time(&path, claim, *receiver_timeout, findings);
        }
    }
    // The default timeout is less than the default claim time, so a timeout is wrong only if it is set.
    let has_default =
        config.is_empty() || config.values().any(|config| config.extra.claim_msgs_older_than == default);
    if let Some((_, path)) = layers.get("EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT").filter(|_| has_default) {
        consumers::check_claim_time(&path, default, *receiver_timeout, findings);
    }
}
