use openedx_events::prelude::*;
use openedx_events::learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment: &CourseEnrollmentData, metadata: &EventsMetadata) {
    println!("{} at {}", enrollment.course.course_key, metadata.time);
}
