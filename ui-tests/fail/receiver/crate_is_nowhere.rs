use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*};

#[receiver(COURSE_ENROLLMENT_CREATED, crate = events)]
fn note(metadata: &EventsMetadata) {
    println!("{}", metadata.id);
}

fn main() {}
