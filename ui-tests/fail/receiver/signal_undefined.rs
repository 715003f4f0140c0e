use openedx_events::receiver;

#[receiver(COURSE_ENROLMENT_CREATED)]
fn notify() {}

fn main() {}
