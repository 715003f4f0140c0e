//! The guide: what a person does with events, from the definition of one to the care of a bus.
//!
//! | page | for whoever |
//! |---|---|
//! | [define an event](define_an_event) | wants to tell others that something has happened, in eight steps |
//! | [payloads] | decides what an event carries |
//! | [receivers] | does something when an event was sent |
//! | [testing] | tests either of them |
//! | [contracts] | changes an event that others read |
//! | [own events](own_events) | has events of an organisation, outside Open edX's |
//! | [custom types](custom_types) | has a type that Avro does not know |
//! | [event bus](event_bus) | sends events to other services, or receives theirs |
//! | [operating] | runs a consumer: restarts, replay, dead letters, lag, moving over |
//! | [deployment] | puts a consumer into a container, Tutor or Kubernetes |
//! | [from Python](from_python) | knows openedx-events in Python |
//! | [glossary] | meets a word |
//!
//! The [rules](crate::rules) that an event has to keep have a page of their own, with the message for each.

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
#[doc = include_str!("operating.md")]
pub mod operating {}
#[doc = include_str!("own_events.md")]
pub mod own_events {}
#[doc = include_str!("payloads.md")]
pub mod payloads {}
#[doc = include_str!("receivers.md")]
pub mod receivers {}
#[doc = include_str!("testing.md")]
pub mod testing {}
