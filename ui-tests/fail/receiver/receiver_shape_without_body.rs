use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment: &CourseEnrollmentData);

fn main() {}
