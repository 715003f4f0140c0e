//! The allocations of encoding, decoding and sending. They are counted per thread. Receivers are connected per program, so each
//! test has its own signals.

use std::{
    env,
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use openedx_events::{codec, learning::signals::CourseEnrollmentCreated, prelude::*, registry};
use openedx_events_tests::{
    SampleTaken,
    allocation::{Counting, Memory, measure},
    number_events, samples,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

number_events! {
    NothingNoticed "com.example.learning.nothing.noticed.v1"
    WhisperNoticed "com.example.learning.whisper.noticed.v1"
    ChorusNoticed "com.example.learning.chorus.noticed.v1"
    CrowdNoticed "com.example.learning.crowd.noticed.v1"
    ShoutNoticed "com.example.learning.shout.noticed.v1"
}

#[receiver(WHISPER_NOTICED, CHORUS_NOTICED)]
fn ignore() {}

#[receiver(WHISPER_NOTICED, CHORUS_NOTICED)]
fn take(_metadata: &EventsMetadata) {}

#[receiver(WHISPER_NOTICED, CHORUS_NOTICED)]
fn read(_number: &i64) {}

#[receiver(WHISPER_NOTICED, CHORUS_NOTICED)]
fn succeed() -> Result<(), ReceiverError> {
    Ok(())
}

#[receiver(CHORUS_NOTICED)]
fn join_in() {}

#[receiver(SHOUT_NOTICED)]
fn fail() -> Result<(), ReceiverError> {
    Err(ReceiverError::new("too loud"))
}

#[test]
fn without_a_receiver_nothing_is_allocated_even_at_first() {
    let (_, first) = measure(|| NOTHING_NOTICED.send_event(NothingNoticed { number: 1 }));
    let (_, second) = measure(|| NOTHING_NOTICED.send_event(NothingNoticed { number: 2 }));
    let (_, third) = measure(|| NOTHING_NOTICED.try_send_event(NothingNoticed { number: 3 }));
    let (_, fourth) =
        measure(|| NOTHING_NOTICED.send_event_at(NothingNoticed { number: 3 }, DateTime::now()));
    assert_eq!([first, second, third, fourth], [Memory::NONE; 4]);
}

#[test]
fn without_a_receiver_no_metadata_is_created() {
    // Metadata allocates at its first use. A process that runs only that test must not allocate.
    let output = Command::new(env::current_exe().unwrap())
        .args(["without_a_receiver_nothing_is_allocated_even_at_first", "--exact"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn up_to_four_linked_receivers_cost_no_allocation_and_more_cost_one() {
    assert_eq!(WHISPER_NOTICED.send_event(WhisperNoticed { number: 1 }).len(), 4);
    let (_, memory) = measure(|| WHISPER_NOTICED.try_send_event(WhisperNoticed { number: 1 }).map(|_| ()));
    assert_eq!(memory, Memory::NONE, "four linked");
    assert_eq!(CHORUS_NOTICED.send_event(ChorusNoticed { number: 1 }).len(), 5);
    let ((), memory) = measure(|| drop(CHORUS_NOTICED.send_event(ChorusNoticed { number: 1 })));
    assert_eq!(memory.allocations, 1, "five linked: {memory:?}");
}

#[test]
fn any_number_of_connected_receivers_costs_one_allocation() {
    for count in [1, 4, 50] {
        let _connections: Vec<_> = (0..count).map(|_| CROWD_NOTICED.connect(|_, _| ())).collect();
        let send = || CROWD_NOTICED.send_event(CrowdNoticed { number: 1 });
        assert_eq!(send().len(), count);
        let (responses, memory) = measure(send);
        assert!(responses.all_ok());
        assert!(memory.allocations <= usize::from(count > 4), "{count} connected: {memory:?}");
    }
}

#[test]
fn the_allocator_counts() {
    let (_, memory) = measure(|| SHOUT_NOTICED.send_event(ShoutNoticed { number: 1 }));
    assert!(memory.allocations > 1, "a failure allocates its error: {memory:?}");
    let (text, memory) = measure(|| String::from("four"));
    assert_eq!((text.len(), memory.allocations, memory.peak), (4, 1, 4));
    let (_, memory) = measure(|| (vec![0_u8; 10], drop(vec![0_u8; 100]), vec![0_u8; 20]));
    assert_eq!((memory.allocations, memory.peak), (3, 110));
}

fn enrollment() -> CourseEnrollmentCreated {
    serde_json::from_str(
        r#"{"enrollment": {
            "user": {"id": 42, "is_active": true, "pii": {"username": "ada", "email": "a@example.com", "name": "Ada"}},
            "course": {"course_key": "course-v1:edX+DemoX+2026", "display_name": "Demo", "start": null, "end": null},
            "mode": "audit",
            "is_active": true,
            "creation_date": "2024-03-01T12:00:00+00:00",
            "created_by": null
        }}"#,
    )
    .unwrap()
}

/// The strings of [`enrollment`]: username, email, name, display name and mode.
const STRINGS: usize = 5;
const KEYS: usize = 1;

#[test]
fn encoding_into_a_buffer_allocates_nothing() {
    let (enrollment, sample) = (enrollment(), samples::sample_taken());
    let mut out = Vec::with_capacity(4096);
    let ((), memory) = measure(|| codec::encode_into(&enrollment, &mut out));
    assert_eq!(memory, Memory::NONE);
    let (_, memory) = measure(|| codec::encode(&enrollment));
    assert_eq!(memory.allocations, 1, "the buffer: {memory:?}");
    // Two prices and three accounts create their representations, and two hash maps are sorted.
    let ((), memory) = measure(|| codec::encode_into(&sample, &mut out));
    assert!(memory.allocations <= 7, "{memory:?}");
}

#[test]
fn decoding_allocates_once_per_string_and_key() {
    let bytes = codec::encode(&enrollment());
    let (event, memory) = measure(|| codec::decode::<CourseEnrollmentCreated>(&bytes));
    assert_eq!(event.unwrap(), enrollment());
    assert_eq!(memory.allocations, STRINGS + KEYS, "{memory:?}");
}

#[test]
fn decoding_allocates_once_per_collection() {
    // Each string has as many bytes as a `String` in memory. The decoder reserves memory for the announced items only up to the
    // remaining input, so a list of shorter strings would grow several times.
    let words = |count: usize| vec!["twenty-four bytes of text".to_owned(); count];
    for count in [0, 1, 2, 100] {
        let mut event = samples::sample_taken();
        event.remarks = words(count);
        let bytes = codec::encode(&event);
        let (decoded, memory) = measure(|| codec::decode::<SampleTaken>(&bytes).unwrap());
        assert_eq!(decoded, event);
        event.remarks = words(0);
        let bytes = codec::encode(&event);
        let (_, without) = measure(|| codec::decode::<SampleTaken>(&bytes).unwrap());
        assert_eq!(memory.allocations - without.allocations, count + usize::from(count > 0));
    }
}

#[test]
fn a_clone_allocates_once_per_string() {
    let event = enrollment();
    let (_, memory) = measure(|| event.clone());
    // Copies share a key.
    assert_eq!(memory.allocations, STRINGS, "{memory:?}");
}

#[test]
fn the_catalogue_costs_nothing_before_it_is_used() {
    const TEST: &str = "the_catalogue_costs_nothing_before_it_is_used";
    const INSIDE: &str = "COST_OF_THE_START";
    if env::var_os(INSIDE).is_none() {
        // Run in a new process, which has not used anything yet.
        let output = Command::new(env::current_exe().unwrap())
            .args([TEST, "--exact", "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let (definition, memory) =
        measure(|| black_box(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED.definition()));
    assert_eq!(memory, Memory::NONE, "statics need no initialization");
    assert_eq!(definition.minor_version(), 0);

    let start = Instant::now();
    let (count, memory) = measure(|| registry::events().len());
    let taken = start.elapsed();
    assert!(count >= 75);
    assert!(memory.allocations < 10, "the first use sorts the registry: {memory:?}");
    assert!(taken < Duration::from_millis(1), "{taken:?}");
}
