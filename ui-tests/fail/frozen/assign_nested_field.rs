use openedx_events::learning::data::UserData;

fn change(user: &mut UserData) {
    user.pii.email = "ada@example.com".to_owned();
}

fn main() {}
