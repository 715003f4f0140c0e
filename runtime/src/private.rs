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

/// Adds an element to one of the [`slices`]. linkme's attribute calls it in place of the slice's own macro.
///
/// It removes linkme's check of the element's type: a function and two closures for each element, which take about a
/// twentieth of the compile time of a crate with many events. Expansions name the type by [`SignalElement`] or
/// [`ReceiverElement`], which the slices are made of, so it is right. If linkme passes something else one day, that arrives
/// unchanged.
#[doc(hidden)]
#[macro_export]
macro_rules! __openedx_events_element {
    (
        #![linkme_macro = __RT::slices::$slice:ident]
        static $name:ident: $type:ty = {
            #[$lint:meta]
            unsafe fn __typecheck $parameters:tt $check:tt
            $($value:tt)*
        };
    ) => {
        __RT::$slice! {
            #![linkme_macro = __RT::$slice]
            static $name: $type = $($value)*;
        }
    };
    (#![linkme_macro = __RT::slices::$slice:ident] $($element:tt)*) => {
        __RT::$slice! {
            #![linkme_macro = __RT::$slice]
            $($element)*
        }
    };
}

/// The slices that expansions add to. linkme uses each name both for the slice and for a macro, which is ours here.
pub mod slices {
    // linkme's macros of the same names come with a glob, so ours hide them.
    pub use super::statics::*;
    pub use __openedx_events_element as RECEIVERS;
    pub use __openedx_events_element as SIGNALS;
}

mod statics {
    pub use crate::{receiver::RECEIVERS, signal::SIGNALS};
}

/// The names that expansions of records import into a scope of their own, with one glob `use`. In a list, each name would be an
/// item for the compiler. `build.rs` adds `__RT`, the public module. The traits with `No` or `Fallback` in their names apply to
/// types that lack an Avro form or a trait.
pub(crate) mod names {
    pub use std::{
        clone::Clone as __Clone,
        cmp::PartialEq as __PartialEq,
        convert::From as __From,
        fmt::{Debug as __Debug, Formatter as __Formatter, Result as __FmtResult},
        ops::Deref as __Deref,
        primitive::{bool as __bool, str as __str},
        result::Result as __Result,
    };

    pub use serde::{
        Deserialize as __Deserialize, Deserializer as __Deserializer, Serialize as __Serialize,
        Serializer as __Serializer,
    };

    pub use super::{
        AvroForm as __AvroForm, AvroType as __AvroType, BoxError as __BoxError, Decoded as __Decoded,
        Decoder as __Decoder, Erasure as __Erasure, Err as __Err, Event as __Event,
        EventDefinition as __EventDefinition, Fields as __Fields, Frozen as __Frozen,
        IntoField as __IntoField, Kept as __Kept, NoWire as __NoWire, None as __None, NotPlain as __NotPlain,
        NotSet as __NotSet, NotShared as __NotShared, Ok as __Ok, Option as __Option, Output as __Output,
        PhantomData as __PhantomData, Plain as __Plain, Proves as __Proves, Read as __Read,
        Record as __Record, RecordRef as __RecordRef, Required as __Required, Schema as __Schema,
        Set as __Set, Shared as __Shared, Some as __Some, TypeFacts as __TypeFacts, Unset as __Unset,
        Wire as __Wire, WireFallback as __WireFallback, WireForm as __WireForm, Written as __Written,
        apart as __apart, debug_opaque as __debug_opaque, debug_record as __debug_record,
        default_value as __default_value, deserialize_record as __deserialize_record,
        serialize_record as __serialize_record, simple as __simple, value_of as __value_of,
    };
}

/// The further names that the expansions of types with a string form import.
pub mod text_names {
    pub use std::{
        cmp::{Eq as __Eq, Ord as __Ord, Ordering as __Ordering, PartialOrd as __PartialOrd},
        convert::{AsRef as __AsRef, Infallible as __Infallible},
        fmt::Display as __Display,
        hash::{Hash as __Hash, Hasher as __Hasher},
        primitive::usize as __usize,
        str::FromStr as __FromStr,
        string::{String as __String, ToString as __ToString},
    };

    pub use super::{
        NoText as __NoText, TextForm as __TextForm, debug_redacted as __debug_redacted,
        decode_text as __decode_text, deserialize_text as __deserialize_text, encode_text as __encode_text,
        from_personal_text as __from_personal_text,
    };
}

pub use linkme;
pub use serde;

pub use crate::{
    avro::{BoxError, DecodeError, Decoder},
    avro_type::{AvroForm, AvroType, refused::Refused},
    event::{Event, EventDefinition, WireEvent, WireFallback, WireForm},
    metadata::LazyMetadata,
    payload::{builder::*, frozen::Frozen, record::*, shared::*, text::*, wire::*},
    receiver::{
        AnyBatchReceiver, BatchEvent, BatchFor, BatchFuture, BatchReceivers, BatchReturn, Called,
        CalledBatch, Delivery, EventOrigin, RECEIVERS, ReceiverElement, ReceiverFuture, ReceiverReturn,
        TypedBatchReceiver, TypedReceiver, batch_limits, batch_of, data_key, from_event_bus, in_batch_future,
        in_future, metadata, shared_data_key,
    },
    schema::*,
    signal::{
        AsyncAnyReceiver, AsyncReceiver, AsyncReceiverWith, SIGNALS, Signal, SignalElement, assert_distinct,
        assert_not_local, batches, event_type, signal,
    },
};
