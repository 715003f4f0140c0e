use openedx_events::prelude::*;

/// Sent when a catalog was created.
#[event(type = "com.example.learning.catalog.created.v1")]
pub struct CatalogCreated {
    /// Its name.
    pub name: String,
}

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub created: CatalogCreated,
}

fn main() {}
