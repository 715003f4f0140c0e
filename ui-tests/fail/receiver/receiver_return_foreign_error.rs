// errors: 2
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn unit() -> Result<(), ()> {
    Ok(())
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn number() -> Result<(), i64> {
    Ok(())
}

fn main() {}
