use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment: Option<&[String]>) {
    let _ = enrollment;
}

fn main() {}
