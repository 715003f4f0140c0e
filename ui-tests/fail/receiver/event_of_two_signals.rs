use openedx_events::{
    learning::signals::{COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED)]
fn notify(event: &CourseEnrollmentCreated) { _ = event; }

fn main() {}
