fn main() {
    openedx_events::learning::data::CourseData::builder().start("today");
}
