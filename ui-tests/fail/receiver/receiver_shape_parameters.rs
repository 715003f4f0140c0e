// errors: 10
use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    receiver,
};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn by_value(_enrollment: CourseEnrollmentData) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn flag(_from_bus: bool) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn option(_enrollment: Option<&CourseEnrollmentData>) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn changing(_enrollment: &mut CourseEnrollmentData) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn keeping(_enrollment: &'static CourseEnrollmentData) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn implementing(_enrollment: &impl Clone) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn pattern(CourseEnrollmentData { .. }: &CourseEnrollmentData) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn unnamed(_: &CourseEnrollmentData) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn conditional(#[cfg(windows)] _enrollment: &CourseEnrollmentData) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn slice(_enrollment: Option<&[String]>) {}

fn main() {}
