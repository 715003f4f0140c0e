use openedx_events::{codec, learning::data::UserData};

fn encode(user: &UserData) -> Vec<u8> {
    codec::encode(user)
}

fn main() {}
