// errors: 3
use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct Course {
    /// The title.
    pub title: String,
}

#[derive(Debug, Clone)]
pub struct CourseFields {
    pub rows: i64,
}

mod sports {
    pub struct LessonFields;
}
use sports::LessonFields;

/// A lesson.
#[payload]
pub struct Lesson {
    /// The title.
    pub title: String,
}

/// A unit.
#[payload]
pub struct Unit {
    /// The title.
    pub title: String,
}

/// The fields of units.
#[payload]
pub struct UnitFields {
    /// The course.
    pub course: Course,
}

fn main() {
    let _: Option<LessonFields> = None;
    let fields = CourseFields { rows: 1 };
    let course = Course::builder().title("Odes").build();
    println!("{course:?} {fields:?} {}", Lesson::builder().title("Odes").build().title);
}
