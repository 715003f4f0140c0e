fn main() {
    openedx_events::learning::data::UserData::builder().id("7");
}
