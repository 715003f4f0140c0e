//! What expansions use. Nothing here is stable: the module's public name changes with each release.

pub use ::core;
pub use ::std;
pub use linkme;
pub use serde;

pub use crate::{
    avro_type::AvroType,
    codec::{BoxError, DecodeError, Decoder},
    event::{Event, EventDefinition, WireEvent, WireFunctions},
    payload::{builder::*, frozen::Frozen, json::*, record::*, wire::*},
    receiver::{
        AnyReceiver, DataKeyFor, Delivery, ReceiverError, ReceiverReturn, TypedReceiver, data_key, signal,
    },
    schema::*,
    signal::Signal,
    slices::{EVENTS, RECEIVERS},
};
