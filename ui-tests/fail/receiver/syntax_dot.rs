use openedx_events::{learning::signals, receiver};

#[receiver(signals.COURSE_ENROLLMENT_CREATED)]
fn notify() {
    let _ = &signals::COURSE_ENROLLMENT_CREATED;
}

fn main() {}
