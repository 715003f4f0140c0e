use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

fn main() {
    #[receiver(COURSE_ENROLLMENT_CREATED)]
    let _notify = || {};
    let _ = &COURSE_ENROLLMENT_CREATED;
}
