//! A program without a receiver does not consume. This one has none, so it has a file of its own.

use std::sync::Arc;

use openedx_events::event_bus::{ConsumeError, Consumer, EventBus, MemoryBus, Start, Stop};

/// The catalogue's events have no receivers here, and nothing in this file connects one.
fn consumer(bus: &MemoryBus) -> Consumer {
    Consumer::of(Arc::new(bus.clone()), "parcels", "sorters", "a").start(Start::Backlog)
}

#[test]
fn a_program_without_receivers_does_not_consume() {
    let bus = MemoryBus::new();
    let error = consumer(&bus).run(Stop::new()).expect_err("everything would be lost");
    assert!(matches!(error, ConsumeError::NoReceivers), "{error}");
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("use your_handlers as _;"), "{error}");
    // Not even a group is left behind, which would say from where to go on.
    let pending = bus.operations().unwrap().pending("parcels", "sorters", None, 10);
    assert!(pending.unwrap_err().to_string().contains("no group `sorters`"));
}

#[test]
fn it_may_look_on() {
    let stop = Stop::new();
    stop.stop();
    let report = consumer(&MemoryBus::new()).print(|_, _| ()).run(&stop).unwrap();
    assert_eq!(report.handled, 0);
}
