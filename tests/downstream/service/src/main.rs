//! Prints the receivers in the order in which they run, and sends events.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused_qualifications, clippy::pedantic, warnings)]

mod returns;

use events::{bare, derived, loans};
// Links the receivers of a crate that is not used otherwise.
use handlers_a as _;
use openedx_events::{
    Connection, Responses, WireEvent, codec, expect_receivers,
    learning::{data, signals::COURSE_ENROLLMENT_CREATED},
    prelude::*,
    registry, testing,
};

/// Shadows the crate, so expansions must use `::openedx_events`.
#[allow(dead_code)]
mod shadow {
    pub(crate) mod openedx_events {}
    use super::returns::data::Return;
    use ::openedx_events::receiver;

    #[receiver(super::returns::signals::BOOK_RETURNED)]
    fn note(r#return: &Return) {
        assert_eq!(r#return.title, "Emma");
    }
}

fn main() {
    expect_receivers!(handlers_b::notify, bare::receive, returns::signals::thank);
    for receiver in registry::receivers() {
        let event_type = receiver.event().event_type();
        println!("{event_type} {:>4} {}::{}", receiver.order(), receiver.module_path(), receiver.name());
    }
    assert!(registry::receivers().all(|receiver| receiver.module_path() != "handlers_silent"));
    send_loans();
    send_enrollment();
    send_others();
    println!("all receivers are as expected");
}

fn loan() -> loans::Loan {
    let reader = loans::Reader::builder().card(12).name("Ada").build();
    loans::Loan::builder().reader(reader).title("Emma").due(DateTime::now()).build()
}

fn send_loans() {
    let event = loans::LoanCreated::builder()
        .loan(loan())
        .branch("main")
        .wishes(vec!["Persuasion".into(); 2])
        .build();
    assert!(!format!("{event:?}").contains("Ada"));
    round_trip(&event);
    let failed = failures(&loans::LOAN_CREATED.send_event(event));
    assert_eq!(failed, ["first: 1 books are enough", "notify: no printer for `Emma`"]);

    let connection: Connection =
        loans::LOAN_ENDED.connect(|event, _| event.loan.copy.is_nil().then_some(()).ok_or("no"));
    let responses = loans::LOAN_ENDED.send_event(loans::LoanEnded { loan: loan() });
    drop(connection);
    assert_eq!(responses.len(), 3);
    assert_eq!(failures(&responses), ["inspect: panicked: a page of `Emma` is missing"]);

    let session = loans::Session(std::sync::Mutex::new(0));
    assert!(loans::DESK_OPENED.send_event(loans::DeskOpened { session }).all_ok());

    #[allow(deprecated)]
    let responses = loans::LOAN_CLOSED_V2.send_event(loans::LoanClosedV2 { loan: loan() });
    assert!(responses.is_empty());
}

fn send_enrollment() {
    let pii = data::UserPersonalData::builder().username("ada").email("ada@example.com").build();
    let user = data::UserData::builder().id(7).is_active(true).pii(pii).build();
    let course_key: CourseKey = "course-v1:edX+DemoX+2026".parse().expect("a course key");
    let course = data::CourseData::builder().course_key(course_key).build();
    let enrollment = data::CourseEnrollmentData::builder()
        .user(user)
        .course(course)
        .mode("audit")
        .is_active(false)
        .creation_date(DateTime::now())
        .build();
    let event = openedx_events::learning::signals::CourseEnrollmentCreated { enrollment };
    round_trip(&event);
    let failed = failures(&COURSE_ENROLLMENT_CREATED.send_event(event));
    assert_eq!(failed, ["reserve_books: an error occurred when formatting an argument"]);
}

fn send_others() {
    let sent = testing::capture(&returns::signals::BOOK_RETURNED);
    assert_eq!(failures(&returns::send("Emma")), Vec::<String>::new());
    assert_eq!(failures(&returns::send("Jane")).len(), 1);
    assert_eq!(sent.len(), 2);

    let place = derived::Place::builder().row(1).seat(2).build();
    let copy = place;
    assert!(
        derived::Place::default() < copy
            && derived::PlaceTaken { place } == derived::PlaceTaken { place: copy }
    );
    assert!(derived::private());

    let bare = bare::Bare::builder().text("text").list(vec![1, 2]).build();
    #[allow(deprecated)]
    let event = bare::SecretBared::builder().bare(bare).build();
    round_trip(&event);
    #[allow(deprecated)]
    let responses = bare::SECRET_BARED.send_event(event);
    assert_eq!(names(&responses), ["receive", "ignore"]);
}

/// Checks that the event survives a round trip through bytes, and by event type alone through JSON.
fn round_trip<E: WireEvent + PartialEq>(event: &E) {
    let bytes = codec::encode(event);
    assert!(codec::decode::<E>(&bytes).expect("its own bytes") == *event);
    let definition = registry::get(E::DEFINITION.event_type()).expect("registered");
    assert!(std::ptr::eq(definition, E::DEFINITION));
    let json = definition.decode_to_json(&bytes).expect("its own bytes");
    assert_eq!(definition.encode_json(&json).expect("its own JSON"), bytes);
}

fn failures(responses: &Responses) -> Vec<String> {
    let failed = responses.failures();
    failed
        .filter_map(|one| one.result().err().map(|error| format!("{}: {error}", one.receiver().name())))
        .collect()
}

fn names(responses: &Responses) -> Vec<&str> {
    responses.iter().map(|response| response.receiver().name()).collect()
}
