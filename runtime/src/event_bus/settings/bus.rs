//! Which bus: the values of `EVENT_BUS_PRODUCER` and `EVENT_BUS_CONSUMER`.

use std::fmt;

use serde_json::Value;

use super::{
    finding::{Findings, Place},
    names, value,
};

/// A bus, by the name that the settings give it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BusName {
    /// `memory`: inside the process, without a server.
    Memory,
    /// `redis`, or Python's `edx_event_bus_redis.create_producer` and `edx_event_bus_redis.RedisEventConsumer`.
    Redis,
    /// A name that the program has registered an implementation under.
    Registered(String),
}

impl BusName {
    /// The name, as a Rust program's settings have it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Registered(name) => name,
        }
    }
}

impl fmt::Display for BusName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A bus that the program has registered an implementation of.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub(super) name: String,
    pub(super) uses_keys: bool,
}

/// Reads the name of a bus, the value of the setting `setting`.
pub(super) fn read(
    setting: &str,
    place: &Place<'_>,
    value: &Value,
    registered: &[Registered],
    findings: &mut Findings,
) -> Option<BusName> {
    let name = value::text(place, value, findings)?;
    let (own, other) = match setting {
        names::PRODUCER => ("edx_event_bus_redis.create_producer", "edx_event_bus_redis.RedisEventConsumer"),
        _ => ("edx_event_bus_redis.RedisEventConsumer", "edx_event_bus_redis.create_producer"),
    };
    if name == "memory" {
        return Some(BusName::Memory);
    }
    if name == "redis" || name == own {
        return Some(BusName::Redis);
    }
    if registered.iter().any(|bus| bus.name == name) {
        return Some(BusName::Registered(name));
    }
    let mut known = vec!["memory", "redis"];
    known.extend(registered.iter().map(|bus| &*bus.name));
    let known = known.join("`, `");
    let message = if name == other {
        format!(
            "`{other}` is of the other setting\nnote: `{}` sends events, `{}` receives them\nhelp: write `redis`, \
             or `{own}` where Python services share these settings",
            names::PRODUCER,
            names::CONSUMER
        )
    } else if name == "kafka" || name.starts_with("edx_event_bus_kafka.") {
        format!(
            "there is no Kafka bus yet\nnote: `{name}` is Python's implementation for Kafka\nhelp: write one of \
             `{known}`, or leave the service on Python's bus for now"
        )
    } else if name.contains('.') {
        format!(
            "{} is no bus\nnote: a dotted path names Python code, which cannot run in this program; only those \
             of `edx_event_bus_redis` have a counterpart\nhelp: write one of `{known}`",
            value::found(value)
        )
    } else {
        format!(
            "{} is no bus\nnote: the known ones are `{known}`\nhelp: write one of these, or register the \
             implementation before the settings are read",
            value::found(value)
        )
    };
    findings.error(place, message);
    None
}
