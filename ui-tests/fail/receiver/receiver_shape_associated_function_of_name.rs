use openedx_events::receiver;

struct Notifier;

impl Notifier {
    #[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
    fn notify() {}
}

fn notify() {}

fn main() {
    notify();
    Notifier::notify();
}
