use openedx_events::learning::signals::{STUDENT_REGISTRATION_COMPLETED, StudentRegistrationCompleted};

fn main() {
    STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted {});
}
