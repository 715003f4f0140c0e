//! Rust produces, Python consumes.

use std::collections::BTreeSet;

use openedx_events_tests::{
    golden::{Vector, all_vectors},
    redis_server::RedisServer,
};
use serde_json::{Value, json};

use crate::{
    differences::{expected_metadata, lost_by_python, not_in, unhex},
    from_python::same_as_vectors,
    python::{Member, Python, each},
    rust::{Inbox, Service},
    stream,
};

/// Consumes a topic with all vectors in Python and checks the received events.
fn python_receives(python: &Python, server: &RedisServer, vectors: &[Vector]) {
    let extra = r#"{"check_backlog": true, "consumer_name": "python"}"#;
    let member = Member { topic: "events", group: "group", extra, count: Some(vectors.len()), die_at: None };
    let received = python.consume(server, &member).end();
    assert_eq!(received.len(), vectors.len());
    let mut lost = BTreeSet::new();
    for (answer, vector) in received.iter().zip(vectors) {
        if let Some(reason) = not_in(python, vector.event.event_type()) {
            assert!(answer["error"].as_str().unwrap().starts_with(reason), "{}: {answer}", vector.id);
            continue;
        }
        assert_eq!(answer["error"], Value::Null, "{}", vector.id);
        assert_eq!(answer["event_type"], vector.event.event_type());
        assert_eq!(answer["metadata"], expected_metadata(vector, "python"), "{}", vector.id);
        let bytes = answer["avro_hex"].as_str().map(unhex);
        lost.extend(lost_by_python(vector, answer, bytes.as_deref()));
    }
    println!("lost by Python: {lost:?}");
    assert_eq!(stream::pending(server, "events", "group"), 0);
}

#[test]
fn rust_produces_all_vectors() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let all: Vec<&Vector> = vectors.iter().collect();
        service.produce("events", &all);
        drop(service);
        same_as_vectors(&stream::entries(&server, "events"), &all);
        python_receives(python, &server, &vectors);
    });
}

/// An event sent in Rust gets its metadata there and goes to the topics of its routes. An event received from Python is not
/// produced again.
#[test]
fn signals_and_their_metadata() {
    use openedx_events::learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated};

    const EVENT_TYPE: &str = "org.openedx.learning.course.enrollment.created.v1";
    let vectors = all_vectors();
    let vectors: Vec<&Vector> =
        vectors.iter().filter(|vector| vector.event.event_type() == EVENT_TYPE).collect();
    each(|python| {
        let server = RedisServer::start();
        let route = json!({"event_key_field": "enrollment.course.course_key", "enabled": true});
        let routes = json!({EVENT_TYPE: {"events": route, "copies": route}});
        let service = Service::with_routes(&server, routes);
        let inbox = Inbox::open(|_| ());
        for vector in &vectors {
            let event: CourseEnrollmentCreated = openedx_events::codec::decode(&vector.avro).unwrap();
            assert!(COURSE_ENROLLMENT_CREATED.send_event(event).all_ok());
        }
        for topic in ["events", "copies"] {
            let extra = r#"{"check_backlog": true, "consumer_name": "python"}"#;
            let member = Member { topic, group: "group", extra, count: Some(vectors.len()), die_at: None };
            let received = python.consume(&server, &member).end();
            let sent = inbox.received();
            assert_eq!((received.len(), sent.len()), (vectors.len(), vectors.len()));
            for ((answer, sent), vector) in received.iter().zip(sent).zip(&vectors) {
                assert_eq!(answer["metadata"], sent.metadata, "{}", vector.id);
                assert_eq!(sent.metadata["source"], "openedx/rust/web");
                assert_eq!(unhex(answer["avro_hex"].as_str().unwrap()), vector.avro, "{}", vector.id);
            }
        }
        // An event from the bus is not produced again.
        inbox.take();
        python.produce(&server, "answers", &vectors);
        let (report, received) =
            service.consume("answers", "group", r#"{"check_backlog": true}"#, vectors.len());
        assert_eq!((report.handled, received.len()), (vectors.len() as u64, vectors.len()));
        assert_eq!(stream::len(&server, "events"), vectors.len());
    });
}
