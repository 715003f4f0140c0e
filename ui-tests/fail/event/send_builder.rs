use openedx_events::learning::{data::UserData, signals::{STUDENT_REGISTRATION_COMPLETED, StudentRegistrationCompleted}};

fn send(user: UserData) {
    STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted::builder().user(user));
}

fn main() {}
