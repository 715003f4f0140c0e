use openedx_events::learning::data::UserPersonalData;

fn main() {
    let _: UserPersonalData = UserPersonalData::builder().username("ada").email("ada@example.com");
}
