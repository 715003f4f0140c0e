use openedx_events::learning::data::UserData;

fn change(user: &UserData) {
    let UserData { id, .. } = user;
}

fn main() {}
