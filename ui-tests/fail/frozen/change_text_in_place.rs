use openedx_events::learning::data::UserData;

fn change(user: &mut UserData) {
    user.pii.email.push_str(".org");
}

fn main() {}
