use openedx_events::{expect_receivers, learning::data::*, learning::signals::*, prelude::*, testing};

#[receiver(STUDENT_REGISTRATION_COMPLETED)]
fn ok(user: &UserData, metadata: &EventsMetadata) {
    assert_eq!(user.id, 7);
    let _ = metadata;
}
#[receiver(STUDENT_REGISTRATION_COMPLETED, order = -1)]
fn fails(_user: &UserData) -> Result<(), String> {
    Err("no".into())
}
#[receiver(STUDENT_REGISTRATION_COMPLETED)]
fn panics(from_event_bus: bool, event: &StudentRegistrationCompleted) {
    panic!("{} {}", from_event_bus, event.user.id)
}
#[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED)]
fn both(enrollment: &CourseEnrollmentData) {
    let _ = &enrollment.mode;
}

#[test]
fn all() {
    expect_receivers!(ok, fails, both);
    let pii = UserPersonalData::builder()
        .username("ada")
        .email("ada@example.com")
        .build();
    let user = UserData::builder().id(7).is_active(true).pii(pii).build();
    println!("{user:?}");
    let sent = testing::capture(&STUDENT_REGISTRATION_COMPLETED);
    let responses = STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted { user });
    for r in &responses {
        println!("{} {:?}", r.receiver(), r.result());
    }
    println!("{:?} {:?}", sent.assert_one(), sent.metadata());
    assert_eq!(responses.len(), 3);
}
