// errors: 7
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
const fn constant() {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
unsafe fn dangerous() {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
extern "C" fn foreign() {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
unsafe extern "C" fn variadic(_rest: ...) {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn generic<T>() {}

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn bounded()
where
    i64: Copy,
{
}

#[receiver(COURSE_ENROLLMENT_CREATED)]
static CLOSURE: fn() = || {};

fn main() {}
