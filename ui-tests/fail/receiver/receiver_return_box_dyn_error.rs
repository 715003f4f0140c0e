use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
