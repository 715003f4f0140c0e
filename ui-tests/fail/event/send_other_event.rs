use openedx_events::learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentChanged};

fn send(event: CourseEnrollmentChanged) {
    COURSE_ENROLLMENT_CREATED.send_event(event);
}

fn main() {}
