use openedx_events::learning::signals::StudentRegistrationCompleted;

fn main() {
    StudentRegistrationCompleted::builder().build();
}
