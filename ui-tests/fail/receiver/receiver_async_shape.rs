// errors: 5
use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
async fn by_value(enrollment: CourseEnrollmentData) {
    drop(enrollment);
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
async fn exclusive(enrollment: &mut CourseEnrollmentData) {
    _ = enrollment;
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
async fn generic<T>(_enrollment: &T) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
async fn other_type(enrollment: &String) {
    _ = enrollment;
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
async fn returns_a_number() -> i64 {
    1
}

fn main() {}
