// errors: 2
use std::{future::ready, rc::Rc};

use openedx_events::{
    learning::{
        data::CourseEnrollmentData,
        signals::{COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED},
    },
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
async fn notify(enrollment: &CourseEnrollmentData) -> Result<(), String> {
    let mode = Rc::new(&enrollment.mode);
    ready(()).await;
    println!("{mode}");
    Ok(())
}

fn main() {
    COURSE_ENROLLMENT_CHANGED
        .connect_async(async |event, _| {
            let mode = Rc::new(&event.enrollment.mode);
            ready(()).await;
            println!("{mode}");
        })
        .detach();
}
