use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(CourseEnrollmentData { mode, .. }: &CourseEnrollmentData) {
    let _ = mode;
}

fn main() {}
