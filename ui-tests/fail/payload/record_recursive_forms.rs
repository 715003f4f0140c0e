// errors: 2
use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The courses to take first.
    pub prerequisites: Vec<Self>,
}

/// A folder.
#[payload]
pub struct Folder {
    /// The folders in it.
    pub folders: Vec<crate::Folder>,
}

fn main() {}
