//! Types may have any name, even one that generated code could use.

use openedx_events::prelude::*;

macro_rules! payloads {
    ($($name:ident)*) => {$(
        #[doc = stringify!($name)]
        #[payload]
        pub struct $name {
            /// The value.
            pub value: Option<i64>,
        }
    )*};
}

payloads! {
    A B D E F R S T W Set Unset Kept Record Wire NoWire Plain NotPlain Frozen Fields Field Schema Required Optional
    NotSet IntoField Json Location Decoder DecodeError AvroType Event WireEvent BoxError Value Default
}

/// Holds some of them.
#[payload]
pub struct Holder {
    /// Its state.
    pub set: Set,
    /// Its other state.
    pub unset: Option<Unset>,
    /// Its fields.
    pub fields: Vec<Fields>,
    /// Its wire.
    #[payload(default = Wire::builder().build())]
    pub wire: Wire,
}

/// Sent when it was changed.
#[event(type = "com.example.learning.holder.changed.v1", key = wire.value)]
pub struct HolderChanged {
    /// The holder.
    pub holder: Holder,
    /// The wire.
    pub wire: Wire,
}

#[receiver(HOLDER_CHANGED)]
fn notify(holder: &Holder, wire: &Wire) {
    let _ = (holder, wire);
}

fn main() {
    let set = Set::builder().build();
    let holder = Holder::builder()
        .set(set)
        .fields(vec![Fields::builder().value(7).build()])
        .build();
    let wire = Wire::builder().build();
    assert!(HOLDER_CHANGED.send_event(HolderChanged { holder, wire }).all_ok());
}
