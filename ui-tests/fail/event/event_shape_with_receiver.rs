use openedx_events::receiver;

mod signals {
    use openedx_events::event;

    /// Sent when a course was created.
    #[event(type = "com.example.learning.course.created.v1")]
    pub struct CourseCreated(pub i64);
}

#[receiver(signals::COURSE_CREATED)]
fn notify(number: &i64) {
    println!("{number}");
}

fn main() {
    signals::COURSE_CREATED.send_event(signals::CourseCreated(1));
}
