use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

trait Notify {
    #[receiver(COURSE_ENROLLMENT_CREATED)]
    fn notify() {}
}

fn main() {}
