// errors: 2
use openedx_events::learning::data::UserPersonalData;

fn main() {
    UserPersonalData::builder().build();
}
