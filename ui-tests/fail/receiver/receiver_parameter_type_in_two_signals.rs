use openedx_events::{
    learning::signals::{COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED)]
fn notify(enrollment: &i64) { _ = enrollment; }

fn main() {}
