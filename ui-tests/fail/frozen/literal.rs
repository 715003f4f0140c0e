// errors: 3
use openedx_events::learning::data::{UserData, UserPersonalData};

fn change(pii: UserPersonalData) {
    UserData { id: 7, is_active: true, pii };
}

fn main() {}
