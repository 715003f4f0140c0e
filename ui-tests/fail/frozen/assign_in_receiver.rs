use openedx_events::{learning::{data::UserData, signals::STUDENT_REGISTRATION_COMPLETED}, receiver};

#[receiver(STUDENT_REGISTRATION_COMPLETED)]
fn activate(user: &UserData) {
    user.is_active = true;
}

fn main() {}
