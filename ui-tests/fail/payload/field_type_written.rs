// errors: 12
use openedx_events::prelude::*;
use std::borrow::Cow;

/// A course.
#[payload]
pub struct CourseData {
    /// Borrowed.
    pub title: &str,
    /// Borrowed, in a part of the type.
    pub titles: Option<Vec<&'static str>>,
    /// Borrowed, under another name.
    pub subtitle: Cow<'_, str>,
    /// Borrowed, without saying so.
    pub heading: Cow<str>,
    /// Changeable.
    pub owner: &'static mut String,
    /// Without a size.
    pub text: str,
    /// Without a size, in a part of the type.
    pub picture: Option<[u8]>,
    /// Anything.
    pub anything: dyn Send,
    /// Anything, behind a pointer.
    pub pointer: Box<dyn Send + Sync>,
    /// Without values.
    pub never: !,
    /// Without its type.
    pub tags: Vec,
    /// With a type too many, in a part of the type.
    pub words: Vec<std::collections::BTreeSet<String, i64>>,
}

fn main() {}
