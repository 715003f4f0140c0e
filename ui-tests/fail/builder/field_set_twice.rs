use openedx_events::learning::data::UserPersonalData;

fn main() {
    UserPersonalData::builder().username("ada").username("ada");
}
