// errors: 9
use openedx_events::prelude::*;

/// An alias.
pub type Blob = Vec<u8>;

/// A course.
#[payload]
pub struct CourseData {
    /// A list of numbers.
    pub picture: Vec<u8>,
    /// The same, in a part of the type.
    pub pictures: Option<Vec<Vec<u8>>>,
    /// The same, under another name.
    pub movie: Blob,
    /// Borrowed.
    pub icon: &'static [u8],
    /// With a fixed length.
    pub digest: [u8; 32],
    /// Behind a pointer.
    pub sound: Box<[u8]>,
    /// Borrowed or not.
    pub song: std::borrow::Cow<'static, [u8]>,
    /// Text behind a pointer.
    pub title: std::sync::Arc<str>,
    /// Numbers with a fixed length.
    pub place: [i64; 3],
}

fn main() {}
