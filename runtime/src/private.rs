//! What expansions use. Nothing here is stable: the module's public name changes with each release.

pub use ::std;
pub use linkme;
pub use serde;

pub use crate::{
    avro::{BoxError, DecodeError, Decoder},
    avro_type::AvroType,
    event::{Event, EventDefinition, WireEvent, WireFallback, WireForm},
    payload::{builder::*, frozen::Frozen, record::*, wire::*},
    receiver::{AnyReceiver, Delivery, RECEIVERS, ReceiverReturn, TypedReceiver, data_key, function_id},
    schema::*,
    signal::{AnySignal, SIGNALS, Signal, signal},
};
