use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(from_bus: bool) {
    let _ = from_bus;
}

fn main() {}
