use openedx_events::{learning::data::CourseEnrollmentData, receiver};

#[receiver(COURSE_ENROLMENT_CREATED)]
fn notify(enrollment: &CourseEnrollmentData) { _ = enrollment; }

fn main() {}
