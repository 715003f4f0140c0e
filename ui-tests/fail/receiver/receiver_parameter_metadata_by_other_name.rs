use openedx_events::{EventsMetadata, learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(_meta: &EventsMetadata) {}

fn main() {}
