// errors: 5
use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

struct Notifier;

impl Notifier {
    #[receiver(COURSE_ENROLLMENT_CREATED)]
    fn notify() {}

    #[receiver(COURSE_ENROLLMENT_CREATED)]
    fn with_a_parameter(enrollment: &CourseEnrollmentData) {
        let _ = enrollment;
    }
}

trait Notify {
    #[receiver(COURSE_ENROLLMENT_CREATED)]
    fn declared(enrollment: &CourseEnrollmentData);

    #[receiver(COURSE_ENROLLMENT_CREATED)]
    fn provided() {}
}

unsafe extern "C" {
    #[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
    fn foreign(enrollment: &CourseEnrollmentData);
}

fn main() {}
