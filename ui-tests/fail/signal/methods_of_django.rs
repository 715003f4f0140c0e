// errors: 5
use openedx_events::learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated};

fn send(event: CourseEnrollmentCreated) {
    COURSE_ENROLLMENT_CREATED.send(event);
}

fn send_robust(event: CourseEnrollmentCreated) {
    assert!(COURSE_ENROLLMENT_CREATED.send_robust(event).all_ok());
}

async fn asend(event: CourseEnrollmentCreated) {
    COURSE_ENROLLMENT_CREATED.asend(event).await;
}

fn disconnect() {
    COURSE_ENROLLMENT_CREATED.disconnect(send);
}

fn has_listeners() -> bool {
    COURSE_ENROLLMENT_CREATED.has_listeners()
}

fn main() {}
