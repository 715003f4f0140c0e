use openedx_events::receiver;

trait Notify {
    fn notify();
}

struct Notifier;

impl Notify for Notifier {
    #[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
    fn notify() {}
}

fn main() {}
