use openedx_events::learning::data::UserPersonalData;

fn rename(user: &UserPersonalData) -> UserPersonalData {
    user.to_builder().username("ada").username("grace").build()
}

fn main() {}
