//! Types that people try first, each with the reason why it is none of a payload.
//!
//! An implementation whose bound can never hold makes the compiler print the bound's own text in the
//! place of the general one. The bound is on [`Refused`], and not on the type itself, since the compiler
//! would print the text of `AvroType` then; `for<'a>` keeps it from refusing the implementation itself.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell, RefCell, UnsafeCell},
    rc::Rc,
    sync::{Arc, Mutex, OnceLock, RwLock, atomic},
    time::{Instant, SystemTime},
};

use super::AvroType;
use crate::avro::BoxError;

/// Stands in for the refused type, which the trait's parameter names.
pub struct Refused;

macro_rules! reason {
    ($trait:ident, $message:literal, $label:literal) => {
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $trait<'a, T: ?Sized> {
            /// Nothing implements this trait, so nobody can call it.
            fn never<R>() -> R;
        }
    };
}

reason!(
    Frozen,
    "payloads are frozen, so `{T}` cannot be a field of one\nnote: an event that happened does not change, and every receiver sees the same (ADR-3)\nhelp: hold the value itself, without the cell, lock or atomic around it",
    "can change"
);
reason!(
    FitsLong,
    "`{T}` has no Avro form, so it cannot be a field of a payload or an event\nnote: Avro's `long` has 64 bits with a sign, and Python's `int` is written as one (ADR-5)\nhelp: use `i64`, or `String` for numbers beyond it",
    "does not fit a `long`"
);
reason!(
    IsDouble,
    "`{T}` has no Avro form, so it cannot be a field of a payload or an event\nnote: Python's `float` is Avro's `double`, and a narrower one would lose digits that arrive (ADR-5)\nhelp: use `f64`",
    "not a `double`"
);
reason!(
    IsString,
    "`{T}` has no Avro form, so it cannot be a field of a payload or an event\nnote: payloads own their text (ADR-3)\nhelp: use `String`",
    "not a `String`"
);
reason!(
    IsDateTime,
    "`{T}` has no Avro form, so it cannot be a field of a payload or an event\nnote: times are written as Python's `isoformat()` text, with an offset where they have one (ADR-5)\nhelp: use `openedx_events::DateTime`",
    "not a `DateTime`"
);
reason!(
    HasSchema,
    "`{T}` has no Avro form, so it cannot be a field of a payload or an event\nnote: a schema says what every field is, and this type could be anything (ADR-5)\nhelp: write a `#[payload]` struct with the fields it has, or `String` for its JSON text",
    "could be anything"
);
reason!(
    IsOwned,
    "`{T}` has no Avro form, so it cannot be a field of a payload or an event\nnote: payloads own plain values (ADR-3)\nhelp: hold the value itself, without the pointer",
    "a pointer"
);

/// `Repr` is of no account: the implementation can never be used.
macro_rules! refused {
    ($reason:ident: $([$($parameters:tt)*] $type:ty,)+) => {$(
        #[doc(hidden)]
        impl<$($parameters)*> AvroType for $type
        where
            for<'a> Refused: $reason<'a, $type>,
        {
            type Repr = bool;

            fn to_repr(&self) -> bool {
                <Refused as $reason<'static, $type>>::never()
            }

            fn from_repr(_: bool) -> Result<Self, BoxError> {
                <Refused as $reason<'static, $type>>::never()
            }
        }
    )+};
}

refused! { Frozen:
    [T: 'static] Cell<T>,
    [T: 'static] RefCell<T>,
    [T: 'static] UnsafeCell<T>,
    [T: 'static] OnceCell<T>,
    [T: 'static] OnceLock<T>,
    [T: 'static] Mutex<T>,
    [T: 'static] RwLock<T>,
    [] atomic::AtomicBool,
    [] atomic::AtomicI8,
    [] atomic::AtomicI16,
    [] atomic::AtomicI32,
    [] atomic::AtomicI64,
    [] atomic::AtomicIsize,
    [] atomic::AtomicU8,
    [] atomic::AtomicU16,
    [] atomic::AtomicU32,
    [] atomic::AtomicU64,
    [] atomic::AtomicUsize,
}
refused! { FitsLong: [] u64, [] u128, [] i128, [] usize, [] isize, }
refused! { IsDouble: [] f32, }
refused! { IsString: [] char, [] Cow<'static, str>, }
refused! { IsDateTime: [] Instant, [] SystemTime, }
refused! { HasSchema: [] serde_json::Value, [] serde_json::Map<String, serde_json::Value>, }
refused! { IsOwned:
    [T: ?Sized + 'static] Box<T>,
    [T: ?Sized + 'static] Rc<T>,
    [T: ?Sized + 'static] Arc<T>,
}
