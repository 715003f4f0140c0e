//! The user's own derives and lint attributes.

use oe::{event, payload};

/// A place in a room.
#[payload(crate = oe)]
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Number of the row.
    pub row: i32,
    /// Number of the seat in it.
    pub seat: i32,
}

/// Sent when a place has been taken.
#[derive(Eq, PartialOrd, Ord, Hash, Default)]
#[event(type = "com.example.library.place.taken.v1", crate = oe)]
pub struct PlaceTaken {
    /// The place.
    pub place: Place,
}

/// A payload that only this module knows.
#[payload(crate = oe)]
struct Private {
    /// A number.
    number: i64,
    /// Others.
    others: Option<Vec<Place>>,
}

/// Sent within this module.
#[event(type = "com.example.library.private.changed.v1", crate = oe)]
struct PrivateChanged {
    /// It.
    private: Private,
}

/// Parts of the crate see it, and parts of it see the field.
#[payload(crate = oe)]
pub(crate) struct Partly {
    /// A number.
    pub(self) number: i64,
}

/// Everybody sees the payload, but not all of it.
#[payload(crate = oe)]
pub struct Mixed {
    /// A number.
    pub number: i64,
    /// What only this crate sees, of a type that only this crate sees.
    pub(crate) partly: Partly,
    /// What only this module sees, of a type that only this module sees.
    private: Option<Private>,
    /// The same with a default.
    #[payload(default = Private::builder().number(1).build())]
    other: Private,
}

/// Sent when something that not everybody sees has changed.
#[event(type = "com.example.library.mixed.changed.v1", key = mixed.number, crate = oe)]
pub struct MixedChanged {
    /// It.
    pub mixed: Mixed,
    /// Part of it.
    pub(crate) partly: Partly,
    /// Part of it.
    #[event(default = Private::builder().number(1).build())]
    private: Private,
}

/// Uses what is private.
///
/// # Panics
///
/// If a value is not what was put in.
#[must_use]
pub fn private() -> bool {
    let partly = Partly::builder().number(2).build();
    let private = Private::builder().number(partly.number).others(vec![Place::default()]).build();
    let private = private.to_builder().number(3).build();
    assert_eq!(private.others.as_deref(), Some(&[Place::default()][..]));
    assert_eq!(private.clone().into_fields().number, 3);
    PRIVATE_CHANGED.send_event(PrivateChanged { private }).is_empty()
}
