use openedx_events::prelude::*;
use openedx_events::learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment: &CourseEnrollmentData) -> Result<(), String> {
    if enrollment.is_active { Ok(()) } else { Err("not active".to_owned()) }
}
