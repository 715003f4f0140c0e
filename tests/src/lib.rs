//! Payloads and events for the tests in `tests/`, with every kind of field.

pub mod allocation;
mod cleanup;
pub mod fields;
pub mod fuzzing;
pub mod golden;
#[cfg(feature = "kafka")]
pub mod kafka_server;
pub mod log;
mod passing_on;
mod price;
pub mod redis_server;
pub mod running;
pub mod samples;
pub mod schema_registry;
mod servers;
mod text_types;

use std::{
    collections::{BTreeMap, HashMap},
    thread,
    time::{Duration, Instant},
};

use openedx_events::{keys::CourseKey, prelude::*};

pub use cleanup::new_folder;
pub use price::Price;
pub use text_types::{Account, Plan};

/// The contact details of a person.
#[payload]
#[derive(Eq, Hash, PartialOrd, Ord)]
pub struct Contact {
    /// The mail address.
    #[payload(pii)]
    pub email: String,
    /// True if the person answered a mail to this address.
    pub verified: bool,
}

/// A person. All fields are personal data.
#[payload(pii)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The year of birth.
    pub born: i16,
}

/// An article in a shop.
#[payload]
#[derive(Eq, Hash)]
pub struct Article {
    /// The title.
    pub title: String,
    /// The price.
    pub price: Price,
    /// The number of copies.
    #[payload(default = 1)]
    pub count: u32,
    /// Search terms.
    #[payload(default)]
    pub tags: Vec<String>,
    /// The maker, if known.
    pub maker: Option<Contact>,
    /// The section of the shop.
    #[payload(default = String::from("books"))]
    pub section: String,
}

/// Values of Avro's primitive types.
#[payload]
pub struct Scalars {
    /// Avro's `boolean`.
    pub flag: bool,
    /// Avro's `long`.
    pub long: i64,
    /// A `long` in the range of an `i32`.
    pub int: i32,
    /// A `long` in the range of an `i16`.
    pub short: i16,
    /// A `long` in the range of an `i8`.
    pub tiny: i8,
    /// A `long` in the range of a `u32`.
    pub unsigned: u32,
    /// A `long` in the range of a `u16`.
    pub port: u16,
    /// A `long` in the range of a `u8`.
    pub octet: u8,
    /// Avro's `double`.
    pub ratio: f64,
    /// Avro's `string`.
    pub text: String,
    /// Avro's `bytes`.
    pub blob: Bytes,
}

/// Values that are written as strings.
#[payload]
pub struct Texts {
    /// A time.
    pub at: DateTime,
    /// A UUID.
    pub uuid: Uuid,
    /// An opaque key.
    pub course: CourseKey,
    /// A custom type.
    pub price: Price,
    /// An enum.
    pub plan: Plan,
    /// A wrapped type.
    pub account: Account,
}

/// Arrays and maps.
#[payload]
pub struct Collections {
    /// An array of numbers.
    pub numbers: Vec<i64>,
    /// Arrays of arrays of arrays.
    pub grid: Vec<Vec<Vec<bool>>>,
    /// An array of records.
    pub contacts: Vec<Contact>,
    /// A map of floats, sorted in memory.
    pub scores: BTreeMap<String, f64>,
    /// A map that is sorted when written.
    pub labels: HashMap<String, String>,
    /// A map of arrays of records.
    pub groups: BTreeMap<String, Vec<Contact>>,
    /// A map of maps.
    pub matrix: HashMap<String, BTreeMap<String, i64>>,
    /// An array of an enum.
    pub plans: Vec<Plan>,
    /// A map of a wrapped type.
    pub accounts: BTreeMap<String, Account>,
}

/// Values that may be missing.
#[payload]
pub struct Optionals {
    /// A boolean.
    pub flag: Option<bool>,
    /// A small number.
    pub octet: Option<u8>,
    /// A float.
    pub ratio: Option<f64>,
    /// A string.
    pub text: Option<String>,
    /// Bytes.
    pub blob: Option<Bytes>,
    /// A time.
    pub at: Option<DateTime>,
    /// An array.
    pub numbers: Option<Vec<i64>>,
    /// A map.
    pub labels: Option<BTreeMap<String, String>>,
    /// A record.
    pub contact: Option<Contact>,
    /// A custom type.
    pub price: Option<Price>,
    /// An enum.
    pub plan: Option<Plan>,
    /// A wrapped type.
    pub account: Option<Account>,
}

/// Sent when a sample is taken. Its data has every kind of field.
#[event(
    type = "com.example.learning.sample.taken.v1",
    key = texts.course,
    repository = "example/laboratory",
    warning = "Samples are large.",
    minor_version = 3,
)]
pub struct SampleTaken {
    /// Plain values.
    pub scalars: Scalars,
    /// Values that are written as strings.
    pub texts: Texts,
    /// Arrays and maps.
    pub collections: Collections,
    /// Values that may be missing.
    pub optionals: Optionals,
    /// The person who took it.
    #[event(pii)]
    pub taker: Person,
    /// The previous sample.
    pub previous: Option<Uuid>,
    /// Notes on the label.
    #[event(default)]
    pub remarks: Vec<String>,
}

/// Sent when an article is put on the shelf.
#[event(type = "com.example.learning.article.added.v1")]
pub struct ArticleAdded {
    /// The article.
    pub article: Article,
}

/// Sent when a number is drawn.
#[event(type = "com.example.learning.number.drawn.v1")]
pub struct NumberDrawn {
    /// The number.
    pub number: i64,
}

/// Waits until a condition holds.
///
/// # Panics
///
/// Panics with `what` if the condition does not hold within `limit`.
#[track_caller]
pub fn eventually(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Declares events with a number as their only data key, for tests that need their own signal.
#[macro_export]
macro_rules! number_events {
    ($($event:ident $event_type:literal)+) => {$(
        #[doc = "An event of a single test."]
        #[::openedx_events::event(type = $event_type)]
        pub struct $event {
            /// A number.
            pub number: i64,
        }
    )+};
}
