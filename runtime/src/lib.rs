#![doc = include_str!("../README.md")]
#![warn(unused_crate_dependencies)]

// Expansions name `::openedx_events`, even in this crate.
#[cfg(any(feature = "catalog", feature = "conformance", test))]
extern crate self as openedx_events;

#[cfg(feature = "apache-avro")]
pub mod apache;
mod avro;
mod avro_type;
// Elements of distributed slices are in link sections of their own, and the attribute for that is `unsafe`.
#[allow(unsafe_code)]
#[cfg(feature = "catalog")]
mod catalog;
pub mod codec;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contracts;
mod date_time;
mod error;
mod event;
pub mod event_bus;
mod executor;
mod former;
pub mod guide;
mod json;
pub mod keys;
#[cfg(any(feature = "conformance", all(feature = "catalog", test)))]
mod lines;
mod macros;
#[cfg(feature = "cli")]
pub mod management;
mod metadata;
mod payload;
pub mod prelude;
mod private;
mod receiver;
pub mod registry;
mod resolution;
mod responses;
mod schema;
mod scope;
mod signal;
#[doc = include_str!("rules.md")]
pub mod rules {}
pub mod testing;
mod uuid_text;

pub use avro::BoxError;
pub use avro_type::AvroType;
pub use bytes::Bytes;
// By name: then the compiler says which feature a missing module needs.
#[cfg(feature = "catalog")]
pub use catalog::{analytics, authz, content_authoring, enterprise, learning};
pub use date_time::{DateTime, DateTimeError, UtcOffset};
pub use event::{
    AnyEvent, AnyEventError, DataKey, Deprecation, Event, EventDefinition, NoWireForm, WireEvent,
};
pub use executor::block_on;
#[cfg(feature = "tokio")]
pub use executor::set_runtime;
pub use json::JsonError;
pub use macros::{event, payload, receiver};
pub use metadata::{EventsMetadata, MetadataError};
pub use receiver::{
    Batch, BatchError, BatchIter, BatchLimits, EventOrigin, ReceiverDefinition, ReceiverError, ReceiverReturn,
};
pub use responses::{Response, Responses};
pub use signal::{Connection, Signal};
pub use uuid::Uuid;

include!(concat!(env!("OUT_DIR"), "/private.rs"));
