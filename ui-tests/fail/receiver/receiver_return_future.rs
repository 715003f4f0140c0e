// errors: 3
use std::{future, pin::Pin};

use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment: &CourseEnrollmentData) -> impl Future<Output = Result<(), String>> + Send {
    let id = enrollment.user.id;
    async move { if id > 0 { Ok(()) } else { Err("nobody".to_owned()) } }
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn count() -> impl future::Future<Output = ()> {
    future::ready(())
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn boxed() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(future::ready(()))
}

fn main() {}
