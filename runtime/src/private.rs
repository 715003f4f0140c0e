//! The items that expansions use. None of them is stable: the module's public name changes with each release.

pub use ::std;
pub use std::{
    marker::PhantomData,
    option::Option::{self, None, Some},
    result::Result::{Err, Ok},
};

/// Expands to the given items. Expansions call it through the path of this crate that the user wrote, so that a wrong
/// path is a single error.
#[doc(hidden)]
#[macro_export]
macro_rules! __openedx_events_items {
    ($($items:tt)*) => { $($items)* };
}
pub use __openedx_events_items as items;

pub use linkme;
pub use serde;

pub use crate::{
    avro::{BoxError, DecodeError, Decoder},
    avro_type::{AvroType, refused::Refused},
    event::{Event, EventDefinition, WireEvent, WireFallback, WireForm},
    payload::{builder::*, frozen::Frozen, record::*, shared::*, wire::*},
    receiver::{
        AnyReceiver, Delivery, RECEIVERS, ReceiverReturn, TypedReceiver, data_key, from_event_bus,
        function_id,
    },
    schema::*,
    signal::{AnySignal, SIGNALS, Signal, assert_distinct, event_type, signal},
};
