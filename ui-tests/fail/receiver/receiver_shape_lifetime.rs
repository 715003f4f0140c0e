use openedx_events::{learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED}, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify<'a>(enrollment: &'a CourseEnrollmentData) { _ = enrollment; }

fn main() {}
