// errors: 2
use openedx_events::{
    learning::signals::{
        COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated,
    },
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(evt: &CourseEnrollmentCreated) {
    let _ = evt;
}

#[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED)]
fn count(created: &CourseEnrollmentCreated) {
    let _ = created;
}

fn main() {}
