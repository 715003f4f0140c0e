//! Types that people try first, each with the reason why it is none of a payload.
//!
//! They have no Avro form, as any other type that does not implement [`AvroType`](super::AvroType); what is
//! more, the message says why not, and what to write instead.

use std::{
    cell::{Cell, LazyCell, OnceCell, RefCell, UnsafeCell},
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque},
    ffi::{CString, OsString},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    rc::{Rc, Weak as WeakRc},
    sync::{
        Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, Weak as WeakArc, atomic,
        mpsc::{Receiver, Sender, SyncSender},
    },
    thread::JoinHandle,
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
    "an event that happened does not change, and every receiver sees the same (ADR-3)",
    "hold the value itself, without the cell, lock or atomic around it":
    [T: ?Sized] "Cell" Cell<T>,
    [T: ?Sized] "RefCell" RefCell<T>,
    [T: ?Sized] "UnsafeCell" UnsafeCell<T>,
    [T] "OnceCell" OnceCell<T>,
    [T, F] "LazyCell" LazyCell<T, F>,
    [T] "OnceLock" OnceLock<T>,
    [T, F] "LazyLock" LazyLock<T, F>,
    [T: ?Sized] "Mutex" Mutex<T>,
    [T: ?Sized] "RwLock" RwLock<T>,
    [] "Condvar" Condvar,
    [] "Barrier" Barrier,
    [] "Once" Once,
    [] "AtomicBool" atomic::AtomicBool,
    [] "AtomicI8" atomic::AtomicI8,
    [] "AtomicI16" atomic::AtomicI16,
    [] "AtomicI32" atomic::AtomicI32,
    [] "AtomicI64" atomic::AtomicI64,
    [] "AtomicIsize" atomic::AtomicIsize,
    [] "AtomicU8" atomic::AtomicU8,
    [] "AtomicU16" atomic::AtomicU16,
    [] "AtomicU32" atomic::AtomicU32,
    [] "AtomicU64" atomic::AtomicU64,
    [] "AtomicUsize" atomic::AtomicUsize,
    [T] "AtomicPtr" atomic::AtomicPtr<T>,
}
refused! {
    "does not fit Avro's `long`",
    "a `long` has 64 bits with a sign, and Python's `int` is written as one (ADR-5)",
    "use `i64`, or `String` for numbers beyond it":
    [] "u64" u64,
    [] "u128" u128,
    [] "i128" i128,
    [] "usize" usize,
    [] "isize" isize,
}
refused! {
    "is narrower than Avro's `double`",
    "Python's `float` is a `double`, and digits that arrive would be lost (ADR-5)",
    "use `f64`":
    [] "f32" f32,
}
refused! {
    "is no plain number, and what arrives may be 0",
    "a schema says `long`, and each `long` has to be readable (ADR-5)",
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
    "is no `String`",
    "Avro has one form of text, in UTF-8, and payloads own it (ADR-3, ADR-5)",
    "use `String`":
    [] "char" char,
    [T: ToOwned + ?Sized] "Cow" std::borrow::Cow<'static, T>,
    [] "PathBuf" PathBuf,
    [] "OsString" OsString,
    [] "CString" CString,
    [] "IpAddr" IpAddr,
    [] "Ipv4Addr" Ipv4Addr,
    [] "Ipv6Addr" Ipv6Addr,
    [] "SocketAddr" SocketAddr,
}
refused! {
    "means nothing to another service",
    "times are written as Python's `isoformat()` text, with an offset where they have one (ADR-5)",
    "use `openedx_events::DateTime`":
    [] "Instant" Instant,
    [] "SystemTime" SystemTime,
}
refused! {
    "does not say in which unit it is written",
    "Avro has no form for durations that Python's library reads (ADR-5)",
    "use `i64`, and say the unit in the field's name, as in `duration_ms`":
    [] "Duration" Duration,
}
refused! {
    "could be anything",
    "a schema says what every field is (ADR-5)",
    "write a `#[payload]` struct with the fields it has, or `String` for its JSON text":
    [] "serde_json::Value" serde_json::Value,
    [] "serde_json::Map" serde_json::Map<String, serde_json::Value>,
    [] "serde_json::Number" serde_json::Number,
}
refused! {
    "is a pointer",
    "payloads own plain values (ADR-3)",
    "hold the value itself, without the pointer":
    [T: ?Sized] "Box" Box<T>,
    [T: ?Sized] "Rc" Rc<T>,
    [T: ?Sized] "Arc" Arc<T>,
    [T: ?Sized] "Weak" WeakRc<T>,
    [T: ?Sized] "Weak" WeakArc<T>,
    [T: ?Sized] "*const" *const T,
    [T: ?Sized] "*mut" *mut T,
}
refused! {
    "is borrowed",
    "an event outlives the values it was made of, and reaches other threads and services (ADR-3)",
    "own the data: `String` for `&str`, `Vec<_>` for a slice":
    [T: ?Sized] "&_" &'static T,
}
refused! {
    "has no counterpart in Avro",
    "Avro's only list is `array`, of any length, which Python reads as `list` (ADR-5)",
    "use `Vec`":
    [T, S] "HashSet" HashSet<T, S>,
    [T] "BTreeSet" BTreeSet<T>,
    [T] "VecDeque" VecDeque<T>,
    [T] "LinkedList" LinkedList<T>,
    [T] "BinaryHeap" BinaryHeap<T>,
    [T, const N: usize] "[_; N]" [T; N],
}
refused! {
    "holds nothing",
    "each value on the wire says something (ADR-5)",
    "remove the field":
    [] "()" (),
}
refused! {
    "has parts without names",
    "each value on the wire has a name (ADR-5)",
    "write a `#[payload]` struct with a field for each part":
    [A] "(_,)" (A,),
    [A, B] "(_, _)" (A, B),
    [A, B, C] "(_, _, _)" (A, B, C),
    [A, B, C, D] "(_, _, _, _)" (A, B, C, D),
}
refused! {
    "is one of two things",
    "Python's library knows no unions but of a type and null (ADR-5)",
    "use an `Option`, or an event for each outcome":
    [T, E] "Result" Result<T, E>,
}
refused! {
    "does something, and is no value",
    "an event says what happened, and can be written down (ADR-3)",
    "hold what it works with":
    [R] "fn()" fn() -> R,
    [A, R] "fn(_)" fn(A) -> R,
    [A, B, R] "fn(_, _)" fn(A, B) -> R,
    [T] "Sender" Sender<T>,
    [T] "SyncSender" SyncSender<T>,
    [T] "Receiver" Receiver<T>,
    [T] "JoinHandle" JoinHandle<T>,
}
