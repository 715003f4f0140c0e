use openedx_events::learning::data::UserData;

fn change(user: UserData) {
    let _email: String = user.pii.email;
}

fn main() {}
