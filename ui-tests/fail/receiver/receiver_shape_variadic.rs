use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
unsafe extern "C" fn notify(enrollment: &CourseEnrollmentData, _rest: ...) {
    let _ = enrollment;
}

fn main() {}
