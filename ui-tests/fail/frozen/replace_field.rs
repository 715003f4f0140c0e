use openedx_events::learning::data::UserData;

fn change(user: &mut UserData) {
    std::mem::take(&mut user.pii.email);
}

fn main() {}
