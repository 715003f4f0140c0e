//! Scopes apply to a future wherever it is polled.

use std::thread;

use openedx_events::{prelude::*, testing};
use openedx_events_tests::number_events;

use super::{ends, pause};

number_events! {
    NoteWritten "com.example.learning.note.written.v1"
    NoteRead "com.example.learning.note.read.v1"
    NoteLost "com.example.learning.note.lost.v1"
}

/// Sends another event after it has been polled once.
#[receiver(NOTE_WRITTEN)]
async fn answers(number: &i64) {
    pause().await;
    NOTE_READ.send_event_async(NoteRead { number: *number }).await;
    NOTE_READ.send_event(NoteRead { number: number + 100 });
}

#[receiver(NOTE_LOST)]
async fn fails() -> Result<(), &'static str> {
    pause().await;
    Err("gone")
}

#[test]
fn a_capture_sees_what_a_future_sends_on_another_thread() {
    let written = testing::capture(&NOTE_WRITTEN);
    let read = testing::capture(&NOTE_READ);
    let sending = NOTE_WRITTEN.send_event_async(NoteWritten { number: 1 });
    let sent = ends(move || smol::block_on(sending));
    assert!(sent.all_ok());
    assert_eq!(written.assert_one().number, 1);
    let numbers: Vec<i64> = read.events().iter().map(|event| event.number).collect();
    assert_eq!(numbers, [1, 101]);
    // Another thread is not in the scope afterwards.
    drop(NOTE_READ.send_event(NoteRead { number: 2 }));
    thread::spawn(|| drop(NOTE_READ.send_event(NoteRead { number: 3 }))).join().unwrap();
    assert_eq!(read.len(), 3);
}

#[test]
fn a_muted_async_receiver_does_not_run() {
    let _muted = testing::mute_receiver(answers);
    let sent = ends(|| smol::block_on(NOTE_WRITTEN.send_event_async(NoteWritten { number: 2 })));
    assert_eq!(sent.len(), 1, "the scope is the test's");
    let sending = NOTE_WRITTEN.send_event_async(NoteWritten { number: 2 });
    assert!(ends(move || smol::block_on(sending)).is_empty());
}

#[test]
#[should_panic(expected = "gone")]
fn a_strict_send_panics_where_it_is_awaited() {
    let _strict = testing::strict();
    smol::block_on(NOTE_LOST.send_event_async(NoteLost { number: 1 }));
}
