// errors: 5
use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED, priority = 1)]
async fn notify<T>(enrollment: CourseEnrollmentData, (a, b): &(T, T), _: &T) {
    _ = (enrollment, a, b);
}

fn main() {}
