//! The guide: how to define, send, receive and operate events.
//!
//! | page | read it to |
//! |---|---|
//! | [define an event](define_an_event) | add an event, in eight steps |
//! | [payloads] | choose the data that an event carries |
//! | [receivers] | run code when an event is sent |
//! | [async](asynchronous) | receive and send in an asynchronous program |
//! | [batches] | receive many events in one call |
//! | [testing] | test senders and receivers |
//! | [contracts] | change an event that other services read |
//! | [own events](own_events) | add events of your organisation, outside Open edX |
//! | [custom types](custom_types) | use a type that Avro does not know |
//! | [event bus](event_bus) | exchange events with other services |
//! | [writing a bus](writing_a_bus) | connect a broker that this crate does not support |
//! | [operating] | run a consumer: restarts, replay, dead letters, lag, migration from Python |
//! | [Kafka](kafka) | set up Kafka: topics, rights, keys, the schema registry, moving a group from Python |
//! | [Redis](redis) | set up a Redis server: commands, keys, memory, clusters, TLS |
//! | [deployment] | run a consumer in a container, with Tutor or in Kubernetes |
//! | [platforms] | see where programs with this crate run |
//! | [from Python](from_python) | translate what you know from openedx-events in Python |
//! | [glossary] | look up a term |
//!
//! The page of [rules](crate::rules) lists every rule for events, with its message.

#[doc = include_str!("asynchronous.md")]
pub mod asynchronous {}
#[doc = include_str!("batches.md")]
pub mod batches {}
#[doc = include_str!("contracts.md")]
pub mod contracts {}
#[doc = include_str!("custom_types.md")]
pub mod custom_types {}
#[doc = include_str!("define_an_event.md")]
pub mod define_an_event {}
#[doc = include_str!("deployment.md")]
pub mod deployment {}
#[doc = include_str!("event_bus.md")]
pub mod event_bus {}
#[doc = include_str!("from_python.md")]
pub mod from_python {}
#[doc = include_str!("glossary.md")]
pub mod glossary {}
#[doc = include_str!("kafka.md")]
pub mod kafka {}
#[doc = include_str!("operating.md")]
#[doc = include_str!("operating_schedule.md")]
pub mod operating {}
#[doc = include_str!("own_events.md")]
pub mod own_events {}
#[doc = include_str!("payloads.md")]
pub mod payloads {}
#[doc = include_str!("platforms.md")]
pub mod platforms {}
#[doc = include_str!("receivers.md")]
pub mod receivers {}
#[doc = include_str!("redis.md")]
pub mod redis {}
#[doc = include_str!("testing.md")]
pub mod testing {}
#[doc = include_str!("writing_a_bus.md")]
#[doc = "```"]
#[doc = "# mod broker { include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/src/guide/writing_a_bus/broker.rs\")); }"]
#[doc = "# mod bus {"]
#[doc = include_str!("writing_a_bus/bus.rs")]
#[doc = "# }"]
#[doc = "# fn main() {}"]
#[doc = "```"]
#[doc = "The broker:"]
#[doc = "```"]
#[doc = include_str!("writing_a_bus/broker.rs")]
#[doc = "```"]
pub mod writing_a_bus {}
