use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

struct Notifier;

impl Notifier {
    #[receiver(COURSE_ENROLLMENT_CREATED)]
    fn notify(&self) {}
}

fn main() {}
