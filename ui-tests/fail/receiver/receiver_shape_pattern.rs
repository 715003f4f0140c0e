use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify((user, mode): &(i64, String)) { _ = (user, mode); }

fn main() {}
