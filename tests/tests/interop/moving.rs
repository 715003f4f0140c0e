//! Migration of a service: its consumer stops on one side and starts on the other with the same group and name.

use std::{thread, time::Duration};

use openedx_events::event_bus::{ConsumeError, Stop};
use openedx_events_tests::{
    golden::{Vector, all_vectors},
    redis_server::RedisServer,
};

use crate::{
    differences::known,
    python::{Member, each, received_ids},
    rust::{Inbox, Received, Service, StopOnDrop},
    stream,
};

const EXTRA: &str = r#"{"consumer_name": "worker-1", "check_backlog": true}"#;

fn ids<'a>(vectors: &[&'a Vector]) -> Vec<&'a str> {
    vectors.iter().map(|vector| vector.message_id()).collect()
}

#[test]
fn from_python_killed_while_handling_an_event() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = &known(python, &vectors)[..20];
        service.produce("events", vectors);
        let dying = Member { topic: "events", group: "group", extra: EXTRA, count: None, die_at: Some(8) };
        let by_python = python.consume(&server, &dying).killed();
        assert_eq!(received_ids(&by_python), ids(&vectors[..7]));
        assert_eq!(stream::pending(&server, "events", "group"), 1);

        let (report, received) = service.consume("events", "group", EXTRA, 13);
        assert_eq!((report.handled, report.lost), (13, 0));
        // Python's pending event comes first, then the unread ones in order.
        let by_rust: Vec<&str> = received.iter().map(Received::id).collect();
        assert_eq!(by_rust, ids(&vectors[7..]));
        assert_eq!(stream::pending(&server, "events", "group"), 0);
    });
}

/// Events sent without a running consumer are not lost: the group continues where it stopped.
#[test]
fn from_stopped_python_without_check_backlog() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = &known(python, &vectors)[..10];
        service.produce("events", &vectors[..4]);
        let member = Member { topic: "events", group: "group", extra: EXTRA, count: Some(4), die_at: None };
        assert_eq!(python.consume(&server, &member).end().len(), 4);
        service.produce("events", &vectors[4..]);
        let (report, received) = service.consume("events", "group", r#"{"consumer_name": "worker-1"}"#, 6);
        assert_eq!(report.handled, 6);
        let by_rust: Vec<&str> = received.iter().map(Received::id).collect();
        assert_eq!(by_rust, ids(&vectors[4..]));
    });
}

#[test]
fn from_rust_stopped_while_handling_an_event() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = &known(python, &vectors)[..20];
        service.produce("events", vectors);

        let (inbox, hold) = Inbox::holding(7);
        let stop = Stop::new();
        let member = service.member("events", "group", EXTRA).read_at_once(1);
        let member = member.stop_timeout(Duration::from_millis(50));
        let outcome = thread::scope(|scope| {
            let _stop = StopOnDrop(&stop);
            let member = scope.spawn(|| member.run(&stop));
            hold.wait();
            stop.stop();
            member.join().unwrap()
        });
        assert!(matches!(outcome, Err(ConsumeError::StopTimedOut { .. })), "{outcome:?}");
        assert_eq!(inbox.len(), 7);
        assert_eq!(stream::pending(&server, "events", "group"), 1);

        let member = Member { topic: "events", group: "group", extra: EXTRA, count: Some(13), die_at: None };
        let by_python = python.consume(&server, &member).end();
        assert_eq!(received_ids(&by_python), ids(&vectors[7..]));
        assert_eq!(stream::pending(&server, "events", "group"), 0);
        drop(hold);
    });
}
