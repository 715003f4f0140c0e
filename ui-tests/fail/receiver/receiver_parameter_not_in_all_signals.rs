use openedx_events::{
    learning::{
        data::UserData,
        signals::{COURSE_ENROLLMENT_CREATED, STUDENT_REGISTRATION_COMPLETED},
    },
    receiver,
};

#[receiver(STUDENT_REGISTRATION_COMPLETED, COURSE_ENROLLMENT_CREATED)]
fn notify(user: &UserData) { _ = user; }

fn main() {}
