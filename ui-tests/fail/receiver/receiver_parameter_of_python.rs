// errors: 2
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(sender: &str, signal: &str) {
    let _ = (sender, signal);
}

fn main() {}
