//! Tests `03_webhook`: the requests that an endpoint gets, and the events that it refuses.

#[path = "../03_webhook/endpoint.rs"]
mod endpoint;
mod support;
// The tests do not read the environment.
#[allow(dead_code)]
#[path = "../03_webhook/webhook.rs"]
mod webhook;

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use endpoint::{Endpoint, Request};
use openedx_events::{
    Connection, EventsMetadata, codec,
    event_bus::{
        Consumer, DeadLetter, EventBus, MemoryBus, Producer, Replayed, Report, Start, Stop, replay,
        settings::DeliveryMode,
    },
    learning::signals::{COURSE_ENROLLMENT_CREATED, COURSE_UNENROLLMENT_COMPLETED},
    registry,
};
use openedx_events_tests::redis_server::RedisServer;
use serde_json::{Value, json};
use support::{printed, run};
use webhook::Webhook;

const TOPIC: &str = "learning-enrollments";
const GROUP: &str = "webhook";
const TIMEOUT: Duration = Duration::from_secs(1);
const CHOSEN: &str = "org.openedx.learning.course.enrollment.created.v1";

/// A bus with a webhook. Only one exists at a time, because it receives everything that this process consumes.
struct Worker {
    bus: MemoryBus,
    _connections: Vec<Connection>,
    _alone: MutexGuard<'static, ()>,
}

impl Worker {
    fn start(url: &str) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let webhook = Webhook::new(url, &[CHOSEN], &[CHOSEN], TIMEOUT).unwrap();
        Self { bus: MemoryBus::new(), _connections: webhook.connect().unwrap(), _alone: alone }
    }

    fn consume(&self, event_type: &str) -> Report {
        let metadata = metadata(event_type);
        let definition = registry::get(event_type).unwrap();
        let bytes = definition.encode_json(&data().to_string()).unwrap();
        let producer = Producer::of(&self.bus, None, DeliveryMode::Wait, Duration::from_secs(1)).unwrap();
        producer.send(TOPIC, None, &metadata, &bytes).unwrap();
        let consumer = Consumer::of(Arc::new(self.bus.clone()), TOPIC, GROUP, "member");
        let short = Duration::from_millis(1);
        let consumer = consumer.start(Start::Backlog).retry(short, short).max_attempts(3).count(1);
        consumer.run(Stop::new()).unwrap()
    }

    fn dead_letters(&self) -> Vec<DeadLetter> {
        self.bus.operations().unwrap().dead_letters(TOPIC, GROUP, None, 10).unwrap()
    }
}

fn metadata(event_type: &str) -> EventsMetadata {
    let json = json!({
        "event_type": event_type,
        "id": "81ab465d-8adc-1074-a2d5-c2e7619640ce",
        "minorversion": 0,
        "source": "openedx/lms/web",
        "sourcehost": "lms.example.org",
        "time": "2024-05-13T21:13:34.000001+00:00",
        "sourcelib": [11, 2, 0],
    });
    EventsMetadata::from_json(&json.to_string()).unwrap()
}

fn data() -> Value {
    json!({"enrollment": {
        "user": {"id": 4, "is_active": true, "pii": {"username": "zoe", "email": "zoe@example.com", "name": "Zoë"}},
        "course": {
            "course_key": "course-v1:edX+DemoX+2026", "display_name": "", "start": null, "end": null,
        },
        "mode": "audit",
        "is_active": true,
        "creation_date": "2026-03-01T08:30:00+00:00",
        "created_by": null,
    }})
}

fn answers(requests: &[Request]) -> Vec<Option<u16>> {
    requests.iter().map(|request| request.answer).collect()
}

#[test]
fn posts_a_cloud_event_until_it_is_accepted() {
    let endpoint = Endpoint::start(&[Some(503), Some(429), Some(200)]).unwrap();
    let worker = Worker::start(&endpoint.url());
    let report = worker.consume(CHOSEN);
    assert_eq!((report.handled, report.failed_attempts, report.dead_lettered), (1, 2, 0));
    let requests = endpoint.requests();
    assert_eq!(answers(&requests), [Some(503), Some(429), Some(200)]);
    for request in requests {
        assert_eq!(request.content_type, "application/cloudevents+json; charset=utf-8");
        let expected = json!({
            "specversion": "1.0",
            "id": "81ab465d-8adc-1074-a2d5-c2e7619640ce",
            "source": "openedx/lms/web",
            "type": CHOSEN,
            "time": "2024-05-13T21:13:34.000001+00:00",
            "datacontenttype": "application/json",
            "data": data(),
            "minorversion": 0,
            "sourcehost": "lms.example.org",
            "sourcelib": "11.2.0",
        });
        assert_eq!(request.body, expected);
    }
}

#[test]
fn a_refused_event_is_not_posted_again() {
    for answer in [400, 401, 404, 410, 302, 307] {
        let endpoint = Endpoint::start(&[Some(answer)]).unwrap();
        let worker = Worker::start(&endpoint.url());
        let report = worker.consume(CHOSEN);
        assert_eq!((report.handled, report.dead_lettered), (0, 1), "{answer}");
        assert_eq!(answers(&endpoint.requests()), [Some(answer)]);
        let [letter] = &worker.dead_letters()[..] else { panic!("one dead letter") };
        assert!(letter.failure.error.contains(&answer.to_string()), "{}", letter.failure.error);
        assert!(!letter.failure.error.contains("zoe"), "{}", letter.failure.error);
    }
}

#[test]
fn an_endpoint_that_keeps_failing_gets_each_attempt_and_the_replay() {
    let endpoint = Endpoint::start(&[Some(500), None, Some(408)]).unwrap();
    let worker = Worker::start(&endpoint.url());
    let report = worker.consume(CHOSEN);
    assert_eq!((report.handled, report.dead_lettered), (0, 1));
    assert_eq!(answers(&endpoint.requests()), [Some(500), None, Some(408)]);
    let [letter] = &worker.dead_letters()[..] else { panic!("one dead letter") };
    assert_eq!(letter.failure.attempts, 3);

    let mut operations = worker.bus.operations().unwrap();
    let replayed = replay(&mut *operations, TOPIC, GROUP, letter, Duration::from_secs(30)).unwrap();
    assert!(matches!(replayed, Replayed::Handled(_)), "{replayed:?}");
    assert_eq!(endpoint.requests().len(), 4);
    assert!(worker.dead_letters().is_empty());
}

#[test]
fn an_endpoint_that_refuses_connections() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let worker = Worker::start(&format!("http://127.0.0.1:{port}/secret"));
    let report = worker.consume(CHOSEN);
    assert_eq!((report.handled, report.dead_lettered), (0, 1));
    let [letter] = &worker.dead_letters()[..] else { panic!("one dead letter") };
    assert_eq!(letter.failure.attempts, 3, "the receiver is retried");
    // The error must not reveal the URL, because anyone who knows it can post to it.
    assert!(!letter.failure.error.contains("secret"), "{}", letter.failure.error);
}

#[test]
fn events_of_other_types_are_not_posted() {
    let endpoint = Endpoint::start(&[]).unwrap();
    let worker = Worker::start(&endpoint.url());
    let report = worker.consume(COURSE_UNENROLLMENT_COMPLETED.event_type());
    let without = report.without_receiver.get(COURSE_UNENROLLMENT_COMPLETED.event_type());
    assert_eq!((report.handled, report.dead_lettered, without), (0, 0, Some(&1)));
    assert!(endpoint.requests().is_empty());
}

#[test]
fn events_of_this_process_are_not_posted() {
    let endpoint = Endpoint::start(&[]).unwrap();
    let _worker = Worker::start(&endpoint.url());
    let event =
        codec::decode(&COURSE_ENROLLMENT_CREATED.definition().encode_json(&data().to_string()).unwrap());
    assert!(COURSE_ENROLLMENT_CREATED.send_event(event.unwrap()).all_ok());
    assert!(endpoint.requests().is_empty());
}

/// Tests the worker with its commands, its settings from the environment, and Redis.
#[test]
fn a_worker_posts_events_of_another_process() {
    let server = RedisServer::start();
    let endpoint = Endpoint::start(&[]).unwrap();
    let url = server.url();
    printed(&mut run("02_two_services", &["enroll", &url]));
    let args =
        ["consume-events", "-t", TOPIC, "-g", GROUP, "--count", "3", "--extra", r#"{"check_backlog": true}"#];
    let settings = [
        ("EVENT_BUS_CONSUMER", "redis"),
        ("EVENT_BUS_REDIS_CONNECTION_URL", &*url),
        ("EVENT_BUS_TOPIC_PREFIX", "example"),
        ("WEBHOOK_URL", &endpoint.url()),
        ("WEBHOOK_EVENTS", CHOSEN),
        ("WEBHOOK_PERSONAL_DATA", CHOSEN),
    ];
    printed(run("03_webhook", &args).envs(settings));
    let learners = |request: &Request| request.body["data"]["enrollment"]["user"]["id"].as_i64();
    let learners: Vec<_> = endpoint.requests().iter().map(learners).collect();
    assert_eq!(learners, [Some(1), Some(2), Some(3)]);
}

#[test]
fn refuses_wrong_settings() {
    let refusal = |url, event_types: &[&str], with_personal_data: &[&str]| {
        Webhook::new(url, event_types, with_personal_data, TIMEOUT).err().expect("a refusal")
    };
    let url = "https://hooks.example.com/secret";
    let text = refusal(url, &[CHOSEN], &[]);
    assert!(text.contains("enrollment.user.pii.email") && text.contains("WEBHOOK_PERSONAL_DATA"), "{text}");
    let text = refusal(url, &["org.openedx.learning.nothing.happened.v1"], &[]);
    assert!(
        text.contains("does not contain the event type `org.openedx.learning.nothing.happened.v1`"),
        "{text}"
    );
    for url in
        ["ftp://hooks.example.com/secret", "hooks.example.com/secret", "https://exa mple.com/secret", ""]
    {
        let text = refusal(url, &[], &[]);
        assert!(text.starts_with("WEBHOOK_URL") && !text.contains("secret"), "{text}");
    }
    assert!(refusal(url, &[], &[]).starts_with("WEBHOOK_EVENTS"));
    let local_only = registry::events().find(|event| event.local_only().is_some());
    let local_only = local_only.expect("the catalogue has local-only events").event_type();
    let text = refusal(url, &[local_only], &[local_only]);
    assert!(text.contains("cannot leave"), "{text}");
}
