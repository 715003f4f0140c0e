use openedx_events::receiver;

struct Notifier;

impl Notifier {
    #[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
    fn notify(&self) {}
}

fn main() {}
