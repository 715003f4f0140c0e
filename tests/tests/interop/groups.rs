//! Python and Rust in one consumer group.

use std::{collections::BTreeMap, thread, time::Duration};

use openedx_events::event_bus::Stop;
use openedx_events_tests::{eventually, golden::all_vectors, log::Lines, redis_server::RedisServer};
use serde_json::Value;
use tracing::{Level, subscriber::with_default};

use crate::{
    differences::known,
    process::Running,
    python::{Member, each, received_ids},
    rust::{Inbox, Received, Service, StopOnDrop},
    stream,
};

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    eventually(what, Duration::from_mins(1), condition);
}

#[test]
fn every_event_reaches_one_member() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = known(python, &vectors);
        stream::create_group(&server, "events", "group");
        // About as slow as Python, so that both get a share.
        let inbox = Inbox::open(|_| thread::sleep(Duration::from_millis(2)));
        let stop = Stop::new();
        let (by_python, reports) = thread::scope(|scope| {
            let _stop = StopOnDrop(&stop);
            let members = ["rust-1", "rust-2"].map(|name| {
                let extra = format!(r#"{{"consumer_name": "{name}"}}"#);
                let consumer = service.member("events", "group", &extra).read_at_once(1);
                let stop = &stop;
                scope.spawn(move || consumer.run(stop).unwrap())
            });
            let pythons = ["python-1", "python-2"].map(|name| {
                let extra = format!(r#"{{"consumer_name": "{name}", "check_backlog": true}}"#);
                let member =
                    Member { topic: "events", group: "group", extra: &extra, count: None, die_at: None };
                python.consume(&server, &member)
            });
            service.produce("events", &vectors);
            let received =
                || inbox.len() + pythons.iter().map(|python| python.received().len()).sum::<usize>();
            wait_until("all are received", || received() >= vectors.len());
            wait_until("all are acknowledged", || stream::pending(&server, "events", "group") == 0);
            stop.stop();
            let by_python: Vec<Value> = pythons.into_iter().flat_map(Running::kill).collect();
            (by_python, members.map(|member| member.join().unwrap()))
        });
        let by_rust = inbox.take();
        let mut times = BTreeMap::<&str, u32>::new();
        for id in received_ids(&by_python).into_iter().chain(by_rust.iter().map(Received::id)) {
            *times.entry(id).or_default() += 1;
        }
        let sent: BTreeMap<_, _> = vectors.iter().map(|vector| (vector.message_id(), 1)).collect();
        assert_eq!(times, sent);
        assert!(!by_python.is_empty() && !by_rust.is_empty(), "{} and {}", by_python.len(), by_rust.len());
        assert_eq!(reports.iter().map(|report| report.handled).sum::<u64>(), by_rust.len() as u64);
    });
}

/// At start-up, Python moves the group to the end of the topic, unless `check_backlog` is set.
#[test]
fn entries_skipped_by_python_are_reported() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = known(python, &vectors);
        stream::create_group(&server, "events", "group");
        let (inbox, hold) = Inbox::holding(0);
        let (stop, log) = (Stop::new(), Lines::default());
        let member = service.member("events", "group", r#"{"consumer_name": "rust"}"#).read_at_once(1);
        let (by_python, handled) = thread::scope(|scope| {
            let _stop = StopOnDrop(&stop);
            // If the test fails, the receiver must not wait forever.
            let hold = hold;
            let member =
                scope.spawn(|| with_default(log.subscriber(Level::WARN), || member.run(&stop).unwrap()));
            service.produce("events", &vectors[..1]);
            hold.wait();
            service.produce("events", &vectors[1..20]);
            let extra = r#"{"consumer_name": "python"}"#;
            let python = python.consume(
                &server,
                &Member { topic: "events", group: "group", extra, count: None, die_at: None },
            );
            drop(hold);
            wait_until("the member reports it", || !log.with("was moved").is_empty());
            service.produce("events", &vectors[20..40]);
            wait_until("the later events are received", || inbox.len() + python.received().len() >= 21);
            wait_until("all are acknowledged", || stream::pending(&server, "events", "group") == 0);
            stop.stop();
            (python.kill(), member.join().unwrap().handled)
        });
        let reports = log.with("was moved");
        assert_eq!(reports.len(), 1, "{reports:?}");
        assert!(reports[0].starts_with("WARN") && reports[0].contains("check_backlog"), "{reports:?}");
        let by_rust = inbox.take();
        assert_eq!(handled, by_rust.len() as u64);
        let mut received = received_ids(&by_python);
        received.extend(by_rust.iter().map(Received::id));
        received.sort_unstable();
        let expected = vectors[..1].iter().chain(&vectors[20..40]);
        let mut expected: Vec<&str> = expected.map(|vector| vector.message_id()).collect();
        expected.sort_unstable();
        assert_eq!(received, expected);
    });
}
