//! What sending costs in allocations. Counted thread by thread, but whether anybody listens is a matter
//! of the whole program: receivers are connected to signals of their own.

use std::{env, process::Command};

use openedx_events::prelude::*;
use openedx_events_tests::{
    allocation::{Counting, Memory, measure},
    number_events,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

number_events! {
    NothingNoticed "com.example.learning.nothing.noticed.v1"
    WhisperNoticed "com.example.learning.whisper.noticed.v1"
    WhisperEchoed "com.example.learning.whisper.echoed.v1"
    CrowdNoticed "com.example.learning.crowd.noticed.v1"
    ShoutNoticed "com.example.learning.shout.noticed.v1"
}

#[receiver(WHISPER_NOTICED)]
fn ignore() {}

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
fn without_a_receiver_no_metadata_is_made() {
    // What metadata needs is allocated at its first use: in a process with only that test there is none.
    let output = Command::new(env::current_exe().unwrap())
        .args(["without_a_receiver_nothing_is_allocated_even_at_first", "--exact"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn one_receiver_costs_one_allocation() {
    let send = || WHISPER_NOTICED.send_event(WhisperNoticed { number: 1 });
    assert_eq!(send().len(), 1);
    let (responses, memory) = measure(send);
    assert!(responses.all_ok());
    assert!(memory.allocations <= 1, "{memory:?}");
    let (_, memory) = measure(|| WHISPER_NOTICED.try_send_event(WhisperNoticed { number: 1 }).map(|_| ()));
    assert!(memory.allocations <= 1, "{memory:?}");
}

#[test]
fn a_connected_receiver_costs_one_allocation() {
    let _connection = WHISPER_ECHOED.connect(|_, _| ());
    let send = || WHISPER_ECHOED.send_event(WhisperEchoed { number: 1 });
    assert_eq!(send().len(), 1);
    let (_, memory) = measure(send);
    assert!(memory.allocations <= 1, "{memory:?}");
}

#[test]
fn many_receivers_cost_one_allocation() {
    let _connections: Vec<_> = (0..50).map(|_| CROWD_NOTICED.connect(|_, _| ())).collect();
    let send = || CROWD_NOTICED.send_event(CrowdNoticed { number: 1 });
    assert_eq!(send().len(), 50);
    let (_, memory) = measure(send);
    assert!(memory.allocations <= 1, "{memory:?}");
}

#[test]
fn the_allocator_counts() {
    let (_, memory) = measure(|| SHOUT_NOTICED.send_event(ShoutNoticed { number: 1 }));
    assert!(memory.allocations > 1, "a failure has an error: {memory:?}");
    let (text, memory) = measure(|| String::from("text"));
    assert_eq!((text.len(), memory.allocations, memory.peak), (4, 1, 4));
    let (_, memory) = measure(|| (vec![0_u8; 10], drop(vec![0_u8; 100]), vec![0_u8; 20]));
    assert_eq!((memory.allocations, memory.peak), (3, 110));
}
