// errors: 3
use openedx_events::{
    learning::{data::UserData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED, bus)]
fn from_bus() {}

#[receiver(UserData)]
fn of_payload() {}

#[receiver(signal = COURSE_ENROLLMENT_CREATED)]
fn of_python() {}

fn main() {}
