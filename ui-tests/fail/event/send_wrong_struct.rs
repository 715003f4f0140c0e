use openedx_events::{learning::data::UserPersonalData, learning::signals::STUDENT_REGISTRATION_COMPLETED};

fn main() {
    let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
    STUDENT_REGISTRATION_COMPLETED.send_event(pii);
}
