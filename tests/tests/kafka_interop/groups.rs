//! Python and Rust in one group, at the same time or one after the other.

use std::{thread, time::Duration};

use openedx_events::event_bus::Stop;
use openedx_events_tests::{eventually, golden::all_vectors, schema_registry::Keeps};

use crate::{
    differences::known,
    moved::{once, times, to_rust_and_back},
    python::{Member, each},
    rust::{Inbox, StopOnDrop},
    servers::with_our_registry,
};

fn wait_until(what: &str, condition: impl FnMut() -> bool) {
    eventually(what, Duration::from_mins(1), condition);
}

#[test]
fn every_event_reaches_one_member() {
    let vectors = all_vectors();
    each(|python| {
        let Some((servers, _registry)) = with_our_registry(Keeps::Canonical) else { return };
        let topic = servers.new_topic();
        let service = servers.service();
        let vectors = known(python, &vectors);
        servers.kafka.begin_at_start(&topic, "group");
        let inbox = Inbox::open(|_| ());
        let stop = Stop::new();
        let by_python = thread::scope(|scope| {
            let _stop = StopOnDrop(&stop);
            let (consumer, stopped) = (service.member(&topic, "group", "{}"), &stop);
            let rust = scope.spawn(move || consumer.run(stopped).unwrap());
            let member = Member { topic: &topic, group: "group", count: None, die_at: None };
            let member = python.consume(&servers, &member);
            wait_until("both are members", || servers.kafka.members("group") == 2);
            service.produce(&topic, &vectors);
            wait_until("all are received", || inbox.len() + member.received().len() >= vectors.len());
            wait_until("all are committed", || servers.kafka.lag(&topic, "group") == 0);
            let by_python = member.stop();
            stop.stop();
            rust.join().unwrap();
            by_python
        });
        let by_rust = inbox.take();
        assert!(!by_python.is_empty() && !by_rust.is_empty(), "{} and {}", by_python.len(), by_rust.len());
        assert_eq!(times(&by_python, &by_rust), once(&vectors));
    });
}

#[test]
fn a_group_moves_from_python_to_rust_and_back() {
    each(to_rust_and_back);
}

/// A process that dies commits nothing more, so Rust receives the event that Python was handling.
#[test]
fn an_event_that_killed_python_reaches_rust() {
    let vectors = all_vectors();
    each(|python| {
        let Some((servers, _registry)) = with_our_registry(Keeps::Canonical) else { return };
        let topic = servers.new_topic();
        let service = servers.service();
        let vectors = &known(python, &vectors)[..20];
        service.produce(&topic, vectors);
        servers.kafka.begin_at_start(&topic, "group");
        let dying = Member { topic: &topic, group: "group", count: None, die_at: Some(8) };
        let by_python = python.consume(&servers, &dying).killed();
        assert_eq!(by_python.len(), 7);
        // Python's last commits are asynchronous, so some events may come again.
        let left = servers.kafka.lag(&topic, "group");
        assert!((13..=20).contains(&left), "{left}");
        let (_, by_rust) = service.consume(&topic, "group", "{}", usize::try_from(left).unwrap());
        let times = times(&by_python, &by_rust);
        assert_eq!(times.len(), vectors.len());
        assert_eq!(servers.kafka.lag(&topic, "group"), 0);
    });
}
