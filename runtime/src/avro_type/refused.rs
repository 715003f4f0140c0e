//! Types that people are likely to try, each with the reason why a payload cannot have it.
//!
//! Like every type that does not implement [`AvroType`](super::AvroType), they have no Avro form. For these types the
//! message also says why, and what to write instead.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque},
    ffi::{CString, OsString},
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    rc::Rc,
    sync::{
        Arc, Mutex, OnceLock, RwLock, atomic,
        mpsc::{Receiver, Sender},
    },
    time::{Duration, Instant, SystemTime},
};

use crate::schema::Refusal;

/// A type that is refused with a reason of its own.
pub trait Refused {
    /// The reason.
    const REFUSAL: Refusal;
}

macro_rules! refused {
    ($what:literal, $note:literal, $help:literal: $([$($parameters:tt)*] $name:literal $type:ty,)+) => {$(
        impl<$($parameters)*> Refused for $type {
            const REFUSAL: Refusal = Refusal { type_name: $name, what: $what, note: $note, help: $help };
        }
    )+};
}

// A part of the type is refused.
macro_rules! refused_within {
    ($([$($parameters:tt)*] $part:ident $type:ty,)+) => {$(
        impl<$($parameters)*> Refused for $type {
            const REFUSAL: Refusal = $part::REFUSAL;
        }
    )+};
}

refused_within! {
    [T: Refused] T Vec<T>,
    [T: Refused] T Option<T>,
    [K, T: Refused] T BTreeMap<K, T>,
    [K, T: Refused, S] T HashMap<K, T, S>,
}

refused! {
    "can change, and payloads are frozen",
    "an event does not change after it happened, and every receiver sees the same data (ADR-3)",
    "store the value itself, without the cell, lock or atomic around it":
    [T: ?Sized] "Cell" Cell<T>,
    [T: ?Sized] "RefCell" RefCell<T>,
    [T] "OnceCell" OnceCell<T>,
    [T] "OnceLock" OnceLock<T>,
    [T: ?Sized] "Mutex" Mutex<T>,
    [T: ?Sized] "RwLock" RwLock<T>,
    [] "AtomicBool" atomic::AtomicBool,
    [] "AtomicI32" atomic::AtomicI32,
    [] "AtomicI64" atomic::AtomicI64,
    [] "AtomicIsize" atomic::AtomicIsize,
    [] "AtomicU32" atomic::AtomicU32,
    [] "AtomicU64" atomic::AtomicU64,
    [] "AtomicUsize" atomic::AtomicUsize,
}
refused! {
    "does not fit Avro's `long`",
    "a `long` is a signed 64-bit number, and Python writes each `int` as one (ADR-5)",
    "use `i64`, or wrap larger numbers, which are then strings on the wire: `/** … */ #[payload(text)] pub struct Number(pub u64);`":
    [] "u64" u64,
}
refused! {
    "does not fit Avro's `long`",
    "a `long` is a signed 64-bit number, and Python writes each `int` as one (ADR-5)",
    "use `i64`, or wrap larger numbers, which are then strings on the wire: `/** … */ #[payload(text)] pub struct Number(pub u128);`":
    [] "u128" u128,
}
refused! {
    "does not fit Avro's `long`",
    "a `long` is a signed 64-bit number, and Python writes each `int` as one (ADR-5)",
    "use `i64`, or wrap larger numbers, which are then strings on the wire: `/** … */ #[payload(text)] pub struct Number(pub i128);`":
    [] "i128" i128,
}
refused! {
    "does not fit Avro's `long`",
    "a `long` is a signed 64-bit number, and Python writes each `int` as one (ADR-5)",
    "use `i64`: the size of this type depends on the machine":
    [] "usize" usize,
    [] "isize" isize,
}
refused! {
    "is narrower than Avro's `double`",
    "Python's `float` is a `double`, and an `f32` would lose digits (ADR-5)",
    "use `f64`":
    [] "f32" f32,
}
refused! {
    "cannot be 0, but a `long` can",
    "the schema says `long`, so every `long` must be readable (ADR-5)",
    "use `i64`":
    [] "NonZero" NonZero<i64>,
    [] "NonZero" NonZero<i32>,
    [] "NonZero" NonZero<u64>,
    [] "NonZero" NonZero<u32>,
    [] "NonZero" NonZero<u16>,
    [] "NonZero" NonZero<u8>,
    [] "NonZero" NonZero<usize>,
}
refused! {
    "is not a `String`",
    "Avro's only type for text is a UTF-8 string, which payloads own (ADR-3, ADR-5)",
    "use `String`":
    [] "char" char,
    [] "PathBuf" PathBuf,
    [] "OsString" OsString,
    [] "CString" CString,
}
refused! {
    "is not a `String`",
    "Avro's only type for text is a UTF-8 string, which payloads own (ADR-3, ADR-5)",
    "use `String`, or wrap it: `/** … */ #[payload(text)] pub struct Address(pub IpAddr);`":
    [] "IpAddr" IpAddr,
}
refused! {
    "is not a `String`",
    "Avro's only type for text is a UTF-8 string, which payloads own (ADR-3, ADR-5)",
    "use `String`, or wrap it: `/** … */ #[payload(text)] pub struct Address(pub Ipv4Addr);`":
    [] "Ipv4Addr" Ipv4Addr,
}
refused! {
    "is not a `String`",
    "Avro's only type for text is a UTF-8 string, which payloads own (ADR-3, ADR-5)",
    "use `String`, or wrap it: `/** … */ #[payload(text)] pub struct Address(pub Ipv6Addr);`":
    [] "Ipv6Addr" Ipv6Addr,
}
refused! {
    "is not a `String`",
    "Avro's only type for text is a UTF-8 string, which payloads own (ADR-3, ADR-5)",
    "use `String`, or wrap it: `/** … */ #[payload(text)] pub struct Address(pub SocketAddr);`":
    [] "SocketAddr" SocketAddr,
}
refused! {
    "has no meaning in another service",
    "times are strings as Python's `isoformat()` writes them, with an offset if they have one (ADR-5)",
    "use `openedx_events::DateTime`":
    [] "Instant" Instant,
    [] "SystemTime" SystemTime,
}
refused! {
    "has no unit on the wire",
    "Avro has no type for durations that Python's library reads (ADR-5)",
    "use `i64`, and put the unit in the field's name, as in `duration_ms`":
    [] "Duration" Duration,
}
refused! {
    "could be anything",
    "in a schema, each field has one type (ADR-5)",
    "write a `#[payload]` struct with its fields, or use a `String` that holds the JSON":
    [] "serde_json::Value" serde_json::Value,
    [] "serde_json::Map" serde_json::Map<String, serde_json::Value>,
    [] "serde_json::Number" serde_json::Number,
}
refused! {
    "is a pointer",
    "payloads own plain values (ADR-3)",
    "store the value itself, without the pointer":
    [T: ?Sized] "Box" Box<T>,
    [T: ?Sized] "Rc" Rc<T>,
    [T: ?Sized] "Arc" Arc<T>,
}
refused! {
    "is borrowed",
    "an event outlives the values it was made from, and reaches other threads and services (ADR-3)",
    "use an owned type: `String` for `str`, `Vec<_>` for a slice":
    [T: ?Sized] "&_" &'static T,
    [T: ToOwned + ?Sized] "Cow" Cow<'static, T>,
}
refused! {
    "has no counterpart in Avro",
    "Avro's only list is `array`, which can have any length and is a `list` in Python (ADR-5)",
    "use `Vec`, or `openedx_events::Bytes` for bytes":
    [T, S] "HashSet" HashSet<T, S>,
    [T] "BTreeSet" BTreeSet<T>,
    [T] "VecDeque" VecDeque<T>,
    [T] "LinkedList" LinkedList<T>,
    [T] "BinaryHeap" BinaryHeap<T>,
    [T, const N: usize] "[_; N]" [T; N],
}
refused! {
    "would be a list of numbers",
    "Avro would write a `long` for each byte, but Python's `bytes` have a type of their own (ADR-5)",
    "use `openedx_events::Bytes` for binary data, or `Vec<i64>` for numbers":
    [] "Vec<u8>" Vec<u8>,
}
refused! {
    "holds nothing",
    "each value on the wire must carry data (ADR-5)",
    "remove the field":
    [] "()" (),
    [T: ?Sized] "PhantomData" PhantomData<T>,
}
refused! {
    "has fields without names",
    "each value on the wire has a name (ADR-5)",
    "write a `#[payload]` struct with named fields":
    [A] "(_,)" (A,),
    [A, B] "(_, _)" (A, B),
    [A, B, C] "(_, _, _)" (A, B, C),
    [A, B, C, D] "(_, _, _, _)" (A, B, C, D),
}
refused! {
    "can be one of two types",
    "the only unions that Python's library supports are of one type and null (ADR-5)",
    "use an `Option`, or an event for each outcome":
    [T, E] "Result" Result<T, E>,
}
refused! {
    "is code, not data",
    "an event is data that can be stored and sent (ADR-3)",
    "store the data that the code needs":
    [R] "fn()" fn() -> R,
    [A, R] "fn(_)" fn(A) -> R,
    [A, B, R] "fn(_, _)" fn(A, B) -> R,
    [T] "Sender" Sender<T>,
    [T] "Receiver" Receiver<T>,
}
