use openedx_events::{Signal, learning::data::UserData};

static USER_CREATED: Signal<UserData> = Signal::new();

fn main() {}
