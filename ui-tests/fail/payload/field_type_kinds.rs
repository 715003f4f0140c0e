// errors: 19
use openedx_events::{content_authoring::signals::CourseCatalogInfoChanged, prelude::*};

/// An alias, which does not hide the type.
pub type Number = usize;
/// An alias of a reference.
pub type Title = &'static str;

/// A course.
#[payload]
pub struct CourseData {
    /// Does not fit a `long`.
    pub number: Number,
    /// In a part of the type.
    pub numbers: Option<Vec<std::collections::HashMap<String, u64>>>,
    /// Can change.
    pub lock: std::sync::Mutex<String>,
    /// Narrower than a `double`.
    pub score: f32,
    /// Never zero.
    pub place: std::num::NonZeroU32,
    /// Not a `String`.
    pub letter: char,
    /// A moment of this process.
    pub moment: std::time::Instant,
    /// A time without a unit.
    pub duration: std::time::Duration,
    /// Anything.
    pub anything: serde_json::Value,
    /// A pointer.
    pub pointer: Box<String>,
    /// A borrowed value.
    pub title: Title,
    /// A set.
    pub set: std::collections::HashSet<String>,
    /// An array.
    pub array: [i64; 3],
    /// Nothing.
    pub unit: (),
    /// Parts without names.
    pub tuple: (String, i64),
    /// One of two things.
    pub result: Result<i64, String>,
    /// A function.
    pub function: fn() -> i64,
    /// An event.
    pub event: CourseCatalogInfoChanged,
    /// An option in an option.
    pub option: Option<Option<String>>,
}

fn main() {}
