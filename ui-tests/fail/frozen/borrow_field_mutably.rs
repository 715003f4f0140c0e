use openedx_events::learning::data::UserData;

fn change(user: &mut UserData) {
    let _ = &mut user.id;
}

fn main() {}
