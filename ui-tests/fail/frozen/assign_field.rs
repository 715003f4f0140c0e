use openedx_events::learning::data::UserData;

fn change(user: &mut UserData) {
    user.id = 7;
}

fn main() {}
