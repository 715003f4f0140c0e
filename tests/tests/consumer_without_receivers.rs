//! A consumer refuses to run in a program without receivers. This is a separate program, so that it contains none.

use std::sync::Arc;

use openedx_events::event_bus::{ConsumeError, Consumer, EventBus, MemoryBus, Start, Stop};

fn consumer(bus: &MemoryBus) -> Consumer {
    Consumer::of(Arc::new(bus.clone()), "topic", "group", "a").start(Start::Backlog)
}

#[test]
fn a_program_without_receivers_does_not_consume() {
    let bus = MemoryBus::new();
    let error = consumer(&bus).run(Stop::new()).expect_err("every message would be lost");
    assert!(matches!(error, ConsumeError::NoReceivers), "{error}");
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("use your_handlers as _;"), "{error}");
    // It does not create the group either, since that would fix where the group begins.
    let pending = bus.operations().unwrap().pending("topic", "group", None, 10);
    assert!(pending.unwrap_err().to_string().contains("no group `group`"));
}

#[test]
fn a_program_without_receivers_may_print_events() {
    let stop = Stop::new();
    stop.stop();
    let report = consumer(&MemoryBus::new()).print(|_, _| ()).run(&stop).unwrap();
    assert_eq!(report.handled, 0);
}
