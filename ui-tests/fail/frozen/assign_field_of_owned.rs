use openedx_events::learning::data::UserData;

fn change(mut user: UserData) {
    user.id = 7;
}

fn main() {}
