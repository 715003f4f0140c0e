//! Derives of the user, and private types.

use oe::{event, payload};

/// A place in a room.
#[payload]
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The number of the row.
    ///
    /// ```
    /// assert_eq!(events::derived::Place::default().row, 0);
    /// ```
    pub row: i32,
    /// The number of the seat.
    pub seat: i32,
}

/// Sent when a place has been taken.
///
/// ```
/// use events::derived::{PLACE_TAKEN, Place, PlaceTaken};
///
/// let place = Place::builder().row(1).seat(2).build();
/// assert!(PLACE_TAKEN.send_event(PlaceTaken { place }).is_empty());
/// ```
#[derive(Eq, PartialOrd, Ord, Hash, Default)]
#[event(type = "com.example.library.place.taken.v1")]
pub struct PlaceTaken {
    /// The place.
    pub place: Place,
}

/// A private payload.
#[payload]
struct Private {
    /// A number.
    number: i64,
    /// Places.
    others: Option<Vec<Place>>,
}

/// A private event.
#[event(type = "com.example.library.private.changed.v1")]
struct PrivateChanged {
    /// The payload.
    private: Private,
}

/// A payload with a crate-private type and a private field.
#[payload]
pub(crate) struct Partly {
    /// A number.
    pub(self) number: i64,
}

/// A public payload with fields of several visibilities.
#[payload]
pub struct Mixed {
    /// A number.
    pub number: i64,
    /// A crate-private field.
    pub(crate) partly: Partly,
    /// A private field.
    private: Option<Private>,
    /// A private field with a default.
    #[payload(default = Private::builder().number(1).build())]
    other: Private,
}

/// A public event with data keys of several visibilities.
#[event(type = "com.example.library.mixed.changed.v1", key = mixed.number)]
pub struct MixedChanged {
    /// A public data key.
    pub mixed: Mixed,
    /// A crate-private data key.
    pub(crate) partly: Partly,
    /// A private data key.
    #[event(default = Private::builder().number(1).build())]
    private: Private,
}

/// Uses the private items.
///
/// # Panics
///
/// Panics if a builder changes a value.
#[must_use]
pub fn private() -> bool {
    let partly = Partly::builder().number(2).build();
    let private = Private::builder().number(partly.number).others(vec![Place::default()]).build();
    let private = private.to_builder().number(3).build();
    assert_eq!(private.others.as_deref(), Some(&[Place::default()][..]));
    assert_eq!(private.clone().into_fields().number, 3);
    PRIVATE_CHANGED.send_event(PrivateChanged { private }).is_empty()
}
