use openedx_events::{EventsMetadata, learning::signals::{COURSE_ENROLLMENT_CREATED, StudentRegistrationCompleted}};

fn main() {
    let _ = COURSE_ENROLLMENT_CREATED.connect(|_: &StudentRegistrationCompleted, _: &EventsMetadata| {});
}
