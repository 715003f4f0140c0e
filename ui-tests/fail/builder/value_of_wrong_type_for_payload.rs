fn main() {
    openedx_events::learning::data::UserData::builder().pii("ada");
}
