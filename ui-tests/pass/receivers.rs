//! A receiver may take any of the possible parameters in any order, for one signal or several.

use openedx_events::{
    expect_receivers,
    learning::{
        data::{CourseEnrollmentData, UserData},
        signals::{
            COURSE_ENROLLMENT_CHANGED, COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated,
            STUDENT_REGISTRATION_COMPLETED, StudentRegistrationCompleted,
        },
    },
    prelude::*,
};

/// Sent when a list was changed.
#[event(type = "com.example.learning.list.changed.v1")]
pub struct ListChanged {
    /// Its name.
    pub name: String,
    /// The items.
    pub items: Vec<i64>,
    /// Its picture.
    pub picture: Bytes,
    /// Its owner, if it has one.
    pub owner: Option<String>,
    /// The number of items.
    pub count: i64,
}

#[receiver(LIST_CHANGED)]
fn nothing() {}

#[receiver(LIST_CHANGED, name = "lists.of-bus", only = bus)]
fn of_bus(name: &str) {
    unreachable!("{name} is sent in this process");
}

#[receiver(
    LIST_CHANGED,
    only = process,
    name = r"lists/of::process_1.0",
    order = -1
)]
fn of_process(from_event_bus: bool) {
    assert!(!from_event_bus);
}

#[receiver(LIST_CHANGED, order = 2147483647)]
fn owned(name: &String, items: &Vec<i64>, picture: &Bytes, owner: &Option<String>, count: &i64) {
    assert_eq!(
        (name.len(), items.len(), picture.len(), owner.is_some(), *count),
        (4, 2, 3, false, 2)
    );
}

#[receiver(LIST_CHANGED, order = -10)]
fn borrowed(count: &i64, picture: &[u8], items: &[i64], name: &str) {
    assert_eq!(
        (name, items, picture, *count),
        ("list", &[1, 2][..], &b"abc"[..], 2)
    );
}

#[receiver(LIST_CHANGED)]
fn everything(
    from_event_bus: bool,
    event: &ListChanged,
    metadata: &EventsMetadata,
    name: &str,
) -> Result<(), ReceiverError> {
    assert!(!from_event_bus && event.name == name);
    let _ = metadata;
    Ok(())
}

#[receiver(LIST_CHANGED)]
fn mutable_bindings(
    mut count: &i64,
    _metadata: &EventsMetadata,
    _from_event_bus: bool,
    _event: &ListChanged,
) {
    assert_eq!(*count, 2);
    count = &3;
    assert_eq!(*count, 3);
}

#[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED)]
pub(crate) fn both(
    enrollment: &CourseEnrollmentData,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let _ = enrollment;
    Ok(())
}

#[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
#[receiver(STUDENT_REGISTRATION_COMPLETED)]
fn metadata_of_any(metadata: &EventsMetadata) -> Result<(), &'static str> {
    let _ = metadata;
    Ok(())
}

#[receiver(STUDENT_REGISTRATION_COMPLETED)]
fn user(user: &UserData, event: &StudentRegistrationCompleted) {
    assert_eq!(user.id, event.user.id);
}

/// The future borrows the data keys.
#[receiver(LIST_CHANGED)]
async fn asynchronous(
    mut count: &i64,
    _metadata: &EventsMetadata,
    from_event_bus: bool,
    event: &ListChanged,
    name: &str,
) -> Result<(), ReceiverError> {
    std::future::ready(()).await;
    assert!(!from_event_bus && event.name == name && *count == 2);
    count = &3;
    std::future::ready(()).await;
    assert_eq!(*count, 3);
    Ok(())
}

/// The body is left as it is.
#[receiver(STUDENT_REGISTRATION_COMPLETED)]
fn items_of_its_own(user: &UserData) -> Result<(), String> {
    #![allow(non_upper_case_globals)]
    const STUDENT_REGISTRATION_COMPLETED: i64 = 1;
    const items_of_its_own: i64 = STUDENT_REGISTRATION_COMPLETED;
    struct UserData;
    let _ = (user, items_of_its_own, UserData);
    Ok(())
}

fn main() {
    expect_receivers!(nothing, owned, borrowed, both, user, asynchronous);
    let event = ListChanged {
        name: "list".to_owned(),
        items: vec![1, 2],
        picture: Bytes::from_static(b"abc"),
        owner: None,
        count: 2,
    };
    // A receiver is still an ordinary function.
    owned(
        &event.name,
        &event.items,
        &event.picture,
        &event.owner,
        &event.count,
    );
    let responses = LIST_CHANGED.send_event(event);
    assert_eq!(responses.len(), 7);
    assert!(responses.all_ok());
    let _: fn(CourseEnrollmentCreated) = |event| {
        COURSE_ENROLLMENT_CREATED.send_event(event);
    };
}
