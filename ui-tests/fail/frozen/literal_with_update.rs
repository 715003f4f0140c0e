use openedx_events::learning::data::UserData;

fn change(user: UserData) {
    let _ = UserData { id: 7, ..user };
}

fn main() {}
