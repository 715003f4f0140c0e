//! How expansions ask for the wire functions of an event without requiring anything of it.

use std::marker::PhantomData;

use super::{WireEvent, WireFunctions};

/// The wire form of `E`; [`WireFallback`] has the constant where a data key is refused, which is said of that
/// key's type.
#[doc(hidden)]
pub struct WireForm<E>(PhantomData<E>);

impl<E: WireEvent> WireForm<E> {
    /// The functions.
    pub const FUNCTIONS: Option<WireFunctions> = Some(WireFunctions::of::<E>());
}

/// What [`WireForm`] offers of an event that cannot go to other threads.
#[doc(hidden)]
pub trait WireFallback {
    /// None.
    const FUNCTIONS: Option<WireFunctions> = None;
}

impl<E> WireFallback for WireForm<E> {}
