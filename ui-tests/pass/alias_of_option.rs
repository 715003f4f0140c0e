//! A field may be left out if its type is an `Option`, even under another name.

use openedx_events::prelude::*;

type Maybe<T> = Option<T>;
type Title = Maybe<String>;
type Seats = i64;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title, if it has one.
    pub title: Title,
    /// Its seats, if they are limited.
    pub seats: Maybe<Seats>,
}

fn main() {
    let course = CourseData::builder().build();
    assert_eq!((course.title.as_deref(), course.seats), (None, None));
    let course = CourseData::builder().seats(Some(7)).build();
    assert_eq!(course.seats, Some(7));
}
