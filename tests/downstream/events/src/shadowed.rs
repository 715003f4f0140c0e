//! A module in which the names of the standard library mean something else.

#![allow(non_camel_case_types, non_snake_case)]

/// Stand in the way, each under a name that everybody knows.
macro_rules! structs {
    ($($name:ident)*) => {$(
        /// Not the one of the standard library.
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        pub struct $name;
    )*};
}

macro_rules! traits {
    ($($name:ident)*) => {$(
        /// Not the one of the standard library.
        pub trait $name {}
    )*};
}

macro_rules! modules {
    ($($name:ident)*) => {$(
        /// Not the crate of that name.
        pub mod $name {}
    )*};
}

macro_rules! primitives {
    ($($name:ident)*) => {$(
        /// Not the primitive type.
        pub type $name = ();
    )*};
}

structs! { Option Result String Vec Box Some None Ok Err Arc }
structs! { Wire Plain Fields Record Field Schema Signal Event Set Unset Kept Frozen Location Redacted }
traits! {
    Clone Debug Default PartialEq Eq From Into Fn FnOnce FnMut Send Sync Sized Iterator IntoIterator Drop
    Deref ToString ToOwned AsRef AvroType WireEvent Required Optional NotSet Serialize Deserialize Error
    NoWire NotPlain
}
modules! { std core alloc oe openedx_events linkme serde fmt ops result option private }
primitives! { bool u8 u32 i64 usize str char f64 }

/// Methods that every value has here, by value as well, so that they come before methods that borrow.
pub trait Everything: ::core::marker::Sized {
    /// Not `Clone`'s.
    fn clone(self) {}
    /// Not `PartialEq`'s.
    fn eq(self) {}
    /// Not of `Frozen`.
    fn get(self) {}
    /// Not of `Frozen`.
    fn into_inner(self) {}
    /// Not of `Formatter`.
    fn debug_struct(self) {}
    /// Not of `DebugStruct`, nor of the decoder.
    fn field(self) {}
    /// Not of `DebugStruct`.
    fn finish(self) {}
    /// Not of `DebugStruct`.
    fn finish_non_exhaustive(self) {}
    /// Not of `Option` or `Result`.
    fn map(self) {}
    /// Not of `Option`.
    fn unwrap_or_else(self) {}
    /// Not `MapAccess`'s.
    fn next_key_seed(self) {}
    /// Not `Into`'s.
    fn into(self) {}
    /// Not `From`'s.
    fn from(self) {}
    /// Not of the receiver.
    fn outcome(self) {}
    /// Not of the definition.
    fn with_wire(self) {}
    /// Not of the definition.
    fn with_minor_version(self) {}
    /// Not `Deref`'s.
    fn deref(self) {}
    /// Not of the builder's states.
    fn value(self) {}
    /// Not of the builder's states.
    fn value_or(self) {}
    /// Not of the setters.
    fn into_field(self) {}
}

impl<T> Everything for T {}

macro_rules! line {
    () => {
        "shadowed"
    };
}
macro_rules! column {
    () => {
        "shadowed"
    };
}
macro_rules! file {
    () => {
        0
    };
}
macro_rules! module_path {
    () => {
        0
    };
}
macro_rules! concat {
    ($($any:tt)*) => {
        0
    };
}
macro_rules! stringify {
    ($($any:tt)*) => {
        0
    };
}
macro_rules! panic {
    ($($any:tt)*) => {
        0
    };
}
macro_rules! assert {
    ($($any:tt)*) => {
        0
    };
}
macro_rules! unreachable {
    ($($any:tt)*) => {
        0
    };
}
macro_rules! vec {
    ($($any:tt)*) => {
        0
    };
}
macro_rules! matches {
    ($($any:tt)*) => {
        0
    };
}

/// That the macros are what they seem.
#[must_use]
pub const fn macros() -> ::core::primitive::i32 {
    let texts = [line!(), column!()].len() - 2;
    let numbers =
        file!() + module_path!() + concat!() + stringify!() + panic!() + assert!() + unreachable!() + vec![];
    if texts == 0 { numbers + matches!() } else { 1 }
}

/// A payload.
#[::oe::payload(crate = ::oe)]
#[derive(::core::cmp::Eq)]
pub struct Shadowed {
    /// A text.
    pub text: ::std::string::String,
    /// A number.
    #[payload(default)]
    pub number: ::core::primitive::i64,
    /// Whether it is so.
    #[payload(default = true)]
    pub flag: ::core::primitive::bool,
    /// A list.
    pub list: ::std::option::Option<::std::vec::Vec<::core::primitive::i64>>,
    /// Personal.
    #[payload(pii, default)]
    pub map: ::std::collections::BTreeMap<::std::string::String, ::oe::DateTime>,
}

/// Sent when something has been shadowed.
#[::oe::event(
    type = "com.example.library.name.shadowed.v1",
    key = shadowed.text,
    repository = "example/library",
    warning = "nothing",
    minor_version = 2,
    crate = ::oe,
)]
pub struct NameShadowed {
    /// It.
    pub shadowed: Shadowed,
    /// A count.
    #[event(default = 3)]
    pub count: ::core::primitive::i64,
}

/// Sent when something has been shadowed here.
#[::oe::event(
    type = "com.example.library.place.shadowed.v1",
    local_only = "nothing of it has a wire form",
    crate = ::oe,
)]
pub struct PlaceShadowed {
    /// It.
    pub place: Some,
    /// More of it.
    pub error: Err,
}

/// Receives it, under the name of a variable.
///
/// # Errors
///
/// Never.
#[::oe::receiver(NAME_SHADOWED, crate = ::oe)]
pub fn event(
    shadowed: &Shadowed,
    count: &::core::primitive::i64,
    metadata: &::oe::EventsMetadata,
    event: &NameShadowed,
    from_event_bus: ::core::primitive::bool,
) -> ::core::result::Result<(), ::std::string::String> {
    let _ = (shadowed, count, metadata, event, from_event_bus);
    ::core::result::Result::Ok(())
}

/// Receives it, under the name of a variable.
#[::oe::receiver(NAME_SHADOWED, PLACE_SHADOWED, crate = ::oe)]
fn delivery() {}

/// Receives it, under the name of a variable.
#[::oe::receiver(NAME_SHADOWED, crate = ::oe)]
fn returned(_event: &NameShadowed) {}

/// Sent when a receiver has been numbered: the static has the name of generated ones.
#[::oe::event(
    type = "com.example.library.receiver.numbered.v1",
    name = "RECEIVER_0",
    allow(name_mismatch, reason = "the name of a generated static"),
    crate = ::oe,
)]
pub struct Receiver0 {
    /// It.
    pub shadowed: Shadowed,
}

/// Receives it.
#[::oe::receiver(RECEIVER_0, crate = ::oe)]
fn number(_shadowed: &Shadowed) {}
