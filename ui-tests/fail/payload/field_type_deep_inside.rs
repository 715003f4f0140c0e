use openedx_events::prelude::*;
use std::{collections::HashMap, time::Instant};

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: Option<Vec<HashMap<String, Instant>>>,
}

fn main() {}
