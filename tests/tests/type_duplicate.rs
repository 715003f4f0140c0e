//! A program in which event types are defined more than once. Its registry always panics, so it is a separate program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use openedx_events::{
    EventsMetadata, expect_receivers, learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*, registry,
    testing,
};

const TYPE: &str = "com.example.library.book.lent.v1";

/// Sent when a book is lent.
#[event(type = "com.example.library.book.lent.v1")]
pub struct BookLent {
    /// The number of the book.
    pub book: i64,
}
const FIRST_LINE: u32 = line!() - 4;

mod branch {
    use openedx_events::event;

    /// Sent when a branch lends a book.
    #[event(type = "com.example.library.book.lent.v1")]
    pub struct BookLent {
        /// The number of the book.
        pub book: i64,
    }
    pub(super) const LINE: u32 = line!() - 4;
}

fn in_a_function() -> u32 {
    /// Sent when a book is lent to a friend.
    #[event(type = "com.example.library.book.lent.v1", name = "LENT")]
    struct Lent {
        /// The number of the book.
        book: i64,
    }
    let line = line!() - 4;
    LENT.send_event(Lent { book: 1 });
    line
}

/// Has the event type of a catalogue event.
#[event(type = "org.openedx.learning.course.enrollment.created.v1")]
pub struct EnrollmentCreated {
    /// The number of the enrollment.
    pub enrollment: i64,
}

#[receiver(BOOK_LENT)]
fn receive() {}

fn panic_message(what: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(what)).expect_err("the registry panics");
    panic.downcast_ref::<String>().expect("a message").clone()
}

#[test]
fn findings_name_each_definition() {
    let findings = registry::findings();
    let [lent, enrollment] = findings.as_slice() else { panic!("{findings:?}") };

    assert_eq!((lent.rule(), lent.event_type()), ("type_duplicate", TYPE));
    let file = file!();
    let local_line = in_a_function();
    assert_eq!(
        lent.to_string(),
        format!(
            "type_duplicate: event type `{TYPE}` is defined more than once: \
             `type_duplicate::BOOK_LENT` at {file}:{FIRST_LINE} and \
             `type_duplicate::LENT` at {file}:{local_line} and \
             `type_duplicate::branch::BOOK_LENT` at {file}:{}",
            branch::LINE
        )
    );
    let text = enrollment.to_string();
    for part in [
        COURSE_ENROLLMENT_CREATED.event_type(),
        "`openedx_events::catalog::learning::signals::COURSE_ENROLLMENT_CREATED` at ",
        "learning/signals.rs:",
        "`type_duplicate::ENROLLMENT_CREATED` at ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(text.lines().count(), 1);
}

type Use = Box<dyn FnOnce()>;

#[test]
fn every_use_of_the_registry_panics_with_the_findings() {
    let metadata = || BOOK_LENT.generate_signal_metadata();
    let uses: [(&str, Use); 9] = [
        ("events", Box::new(|| drop(registry::events()))),
        ("get", Box::new(|| _ = registry::get(TYPE))),
        ("get another", Box::new(|| _ = registry::get("com.example.library.nothing.done.v1"))),
        ("receivers", Box::new(|| drop(registry::receivers()))),
        ("of an event", Box::new(|| drop(BOOK_LENT.definition().receivers()))),
        ("connect_any", Box::new(|| drop(registry::connect_any(|_, _: &EventsMetadata| {})))),
        ("send", Box::new(move || drop(registry::send_from_event_bus(metadata(), &[2])))),
        ("expect", Box::new(|| expect_receivers!(receive))),
        ("mute", Box::new(|| drop(testing::mute_receiver(receive)))),
    ];
    for (name, call) in uses {
        let text = panic_message(call);
        for finding in registry::findings() {
            assert!(text.contains(&finding.to_string()), "{name}: {text}");
        }
        assert!(text.contains("\nhelp: "), "{name}: {text}");
    }
}

#[test]
fn the_test_helper_panics_with_all_findings() {
    let text = panic_message(testing::assert_no_findings);
    let lines: Vec<String> = registry::findings().iter().map(ToString::to_string).collect();
    assert_eq!(text, lines.join("\n"));
}

/// A signal knows its own receivers and does not need the registry.
#[test]
fn signals_send_to_their_own_receivers() {
    assert_eq!(BOOK_LENT.send_event(BookLent { book: 1 }).len(), 1);
    assert_eq!(branch::BOOK_LENT.send_event(branch::BookLent { book: 1 }).len(), 0);
}
