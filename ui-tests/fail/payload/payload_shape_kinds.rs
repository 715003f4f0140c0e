// errors: 8
use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {}

/// A catalog.
#[payload]
pub struct CatalogData;

/// An id.
#[payload]
pub union CourseId {
    /// As a number.
    pub id: i64,
}

/// A function.
#[payload]
pub fn course() {}

/// A page of a list.
#[payload]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
}

/// A title.
#[payload]
pub struct TitleData<'a> {
    /// The words.
    pub words: &'a str,
}

/// A grade.
#[payload]
pub struct GradeData
where
    i64: Copy,
{
    /// In percent.
    pub percent: i64,
}

/// The opening of a course.
#[payload]
pub struct Kurseröffnung {
    /// The day.
    pub day: i64,
}

/// A learner, whose fields are not reported again.
#[payload]
pub struct LearnerData {
    /// The first marks.
    pub marks: Page<i64>,
}

fn main() {}
