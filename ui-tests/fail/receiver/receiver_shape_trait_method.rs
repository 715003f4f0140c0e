use openedx_events::receiver;

trait Notify {
    #[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
    fn notify() {}
}

fn main() {}
