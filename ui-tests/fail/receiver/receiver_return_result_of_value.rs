use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify() -> Result<i64, std::fmt::Error> {
    Ok(7)
}

fn main() {}
