//! Payloads and events of an imaginary service, for the tests in `tests/`: they use every kind of field.

pub mod allocation;
pub mod conformance;
pub mod fields;
pub mod fuzzing;
pub mod golden;
mod price;
pub mod redis_server;
pub mod samples;

use std::collections::{BTreeMap, HashMap};

use openedx_events::{keys::CourseKey, prelude::*};

pub use price::Price;

/// How to reach a person.
#[payload]
#[derive(Eq, Hash, PartialOrd, Ord)]
pub struct Contact {
    /// Address that mail goes to.
    #[payload(pii)]
    pub email: String,
    /// Whether the person answered a mail to it.
    pub verified: bool,
}

/// What is known of a person; all of it is personal.
#[payload(pii)]
pub struct Person {
    /// As the person wrote it.
    pub name: String,
    /// Year of birth.
    pub born: i16,
}

/// What a shop sells.
#[payload]
#[derive(Eq, Hash)]
pub struct Article {
    /// What it is called.
    pub title: String,
    /// What it costs.
    pub price: Price,
    /// How many there are; one unless said otherwise.
    #[payload(default = 1)]
    pub count: u32,
    /// Words by which it is found.
    #[payload(default)]
    pub tags: Vec<String>,
    /// Who made it, where that is known.
    pub maker: Option<Contact>,
    /// In which part of the shop it is; with the books unless said otherwise.
    #[payload(default = String::from("books"))]
    pub section: String,
}

/// Values of the types that Avro has itself.
#[payload]
pub struct Scalars {
    /// Avro's `boolean`.
    pub flag: bool,
    /// Avro's `long`, whole.
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

/// Values whose Avro form is a text.
#[payload]
pub struct Texts {
    /// A time.
    pub at: DateTime,
    /// An identity.
    pub uuid: Uuid,
    /// An opaque key.
    pub course: CourseKey,
    /// A type of this crate.
    pub price: Price,
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
    /// A map that is sorted when it is written.
    pub labels: HashMap<String, String>,
    /// A map of arrays of records.
    pub groups: BTreeMap<String, Vec<Contact>>,
    /// A map of maps.
    pub matrix: HashMap<String, BTreeMap<String, i64>>,
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
    /// A text.
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
    /// A type of this crate.
    pub price: Option<Price>,
}

/// Sent when a sample was taken: its data has every kind of field.
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
    /// Values that are written as text.
    pub texts: Texts,
    /// Arrays and maps.
    pub collections: Collections,
    /// What may be missing.
    pub optionals: Optionals,
    /// Who took it.
    #[event(pii)]
    pub taker: Person,
    /// The sample before this one.
    pub previous: Option<Uuid>,
    /// What was written on it.
    #[event(default)]
    pub remarks: Vec<String>,
}

/// Sent when an article was put on the shelf.
#[event(type = "com.example.learning.article.added.v1")]
pub struct ArticleAdded {
    /// The article.
    pub article: Article,
}

/// Sent when a number was drawn.
#[event(type = "com.example.learning.number.drawn.v1")]
pub struct NumberDrawn {
    /// The number.
    pub number: i64,
}

/// Declares events with one data key, a number, for tests that want a signal nobody else uses.
#[macro_export]
macro_rules! number_events {
    ($($event:ident $event_type:literal)+) => {$(
        #[doc = "An event of one test."]
        #[::openedx_events::event(type = $event_type)]
        pub struct $event {
            /// A number.
            pub number: i64,
        }
    )+};
}
