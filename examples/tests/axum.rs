//! Tests `04_axum`: it commits before it sends, a bus that does not answer delays no other request, and a client that disconnects does
//! not stop its event.

#[path = "../04_axum/mail.rs"]
mod mail;
#[path = "../04_axum/service.rs"]
mod service;
#[path = "../04_axum/store.rs"]
mod store;

use std::{
    io::Write,
    net::TcpStream,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    codec,
    event_bus::{self, Guard, Settings, Start, operations},
    learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
};
use openedx_events_tests::{eventually, redis_server::RedisServer};
use serde_json::{Value, json};
use store::Store;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Notify,
};
use ureq::Agent;

const TIMEOUT: Duration = Duration::from_secs(2);
const TOPIC: &str = "learning-enrollments";
const COURSE: &str = "course-v1:edX+DemoX+2026";

/// The service on a free port and a single thread. Only one runs at a time, because a process has one event bus.
struct Service {
    url: String,
    agent: Agent,
    store: Arc<Store>,
    settings: Settings,
    _bus: Guard,
    runtime: Runtime,
    _alone: MutexGuard<'static, ()>,
}

impl Service {
    fn start(bus: &Value) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settings = json!({
            "EVENTS_SERVICE_NAME": "examples",
            "EVENT_BUS_TOPIC_PREFIX": format!("axum-{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
            "EVENT_BUS_PRODUCER_TIMEOUT": TIMEOUT.as_secs(),
            "EVENT_BUS_PRODUCER_CONFIG": {
                COURSE_ENROLLMENT_CREATED.event_type(): {
                    TOPIC: {"event_key_field": "enrollment.course.course_key", "enabled": true},
                },
            },
        });
        settings.as_object_mut().unwrap().extend(bus.as_object().unwrap().clone());
        let settings = Settings::from_value(settings).unwrap();
        let bus = event_bus::install(&settings).unwrap();
        // With a single thread, a task that blocks it blocks all tasks.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let store = Arc::new(Store::default());
        let app = service::router(Arc::clone(&store));
        runtime.spawn(async move { axum::serve(listener, app).await });
        let agent = Agent::config_builder().proxy(None).http_status_as_error(false).build().new_agent();
        Self { url, agent, store, settings, _bus: bus, runtime, _alone: alone }
    }

    fn enroll(&self, learner: i64) -> (u16, String) {
        let body = json!({"learner": learner, "course": COURSE}).to_string();
        self.post("/enrollments", &body)
    }

    fn post(&self, path: &str, body: &str) -> (u16, String) {
        let request = self.agent.post(format!("{}{path}", self.url)).content_type("application/json");
        let mut answer = request.send(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn count(&self) -> String {
        let mut answer = self.agent.get(format!("{}/enrollments", self.url)).call().unwrap();
        answer.body_mut().read_to_string().unwrap()
    }

    /// Returns the ids of the events in the topic.
    fn produced(&self) -> Vec<String> {
        let mut operations = operations(&self.settings).unwrap();
        let topic = self.settings.stream_name(TOPIC);
        let start = operations.cursor(&topic, &Start::Backlog).unwrap();
        let entries = operations.read(&topic, &start, 100).unwrap().entries;
        let id = |message: &event_bus::Message| message.metadata().unwrap().0.id.to_string();
        entries.iter().map(|entry| id(&entry.message)).collect()
    }
}

const DELIVERED: &str = r#"{"event":"delivered"}"#;
const STORED: &str = r#"{"event":"stored: the event bus does not answer"}"#;

#[test]
fn commits_then_sends() {
    let service = Service::start(&json!({"EVENT_BUS_PRODUCER": "memory"}));
    // The learner of each event, and the number of enrollments when it was sent.
    let committed = Arc::new(Mutex::new(Vec::new()));
    let (seen, store) = (Arc::clone(&committed), Arc::clone(&service.store));
    let _connection = COURSE_ENROLLMENT_CREATED.connect(move |event, _| {
        seen.lock().unwrap().push((event.enrollment.user.id, store.len()));
    });
    assert_eq!(service.enroll(1), (201, DELIVERED.to_owned()));
    // A commit that fails sends nothing.
    assert_eq!(service.enroll(1).0, 409);
    assert_eq!(service.enroll(2), (201, DELIVERED.to_owned()));
    assert_eq!(*committed.lock().unwrap(), [(1, 1), (2, 2)]);
    assert_eq!(service.produced().len(), 2);
}

#[test]
fn an_invalid_request_commits_nothing() {
    let service = Service::start(&json!({"EVENT_BUS_PRODUCER": "memory"}));
    assert_eq!(service.post("/enrollments", r#"{"learner": 1, "course": "DemoX"}"#).0, 422);
    assert_eq!(service.count(), r#"{"enrollments":0}"#);
    assert!(service.produced().is_empty());
}

/// While the server is paused, an enrollment waits until its timeout, and other requests do not wait. The stored event arrives
/// when the server is back.
#[test]
fn a_paused_server_delays_no_other_request() {
    let server = RedisServer::start();
    let service = Service::start(
        &json!({"EVENT_BUS_PRODUCER": "redis", "EVENT_BUS_REDIS_CONNECTION_URL": server.url()}),
    );
    assert_eq!(service.enroll(1), (201, DELIVERED.to_owned()));

    server.pause();
    let begin = Instant::now();
    thread::scope(|scope| {
        let enrolling = scope.spawn(|| (service.enroll(2), begin.elapsed()));
        let mut answered = 0;
        while !enrolling.is_finished() {
            let asked = Instant::now();
            service.count();
            // Well below `TIMEOUT`, even on a busy machine.
            assert!(asked.elapsed() < TIMEOUT / 2, "another request took {:?}", asked.elapsed());
            answered += 1;
            thread::sleep(Duration::from_millis(20));
        }
        let (answer, waited) = enrolling.join().unwrap();
        assert_eq!(answer, (201, STORED.to_owned()));
        assert!(waited >= TIMEOUT / 2 && waited < TIMEOUT * 2, "it waited {waited:?}");
        assert!(answered > 5, "only {answered} other requests were answered");
    });
    assert_eq!(service.count(), r#"{"enrollments":2}"#);
    // The stored event is complete.
    let kept = service.store.take_undelivered();
    let [undelivered] = &kept[..] else { panic!("{} events were stored", kept.len()) };
    let event: CourseEnrollmentCreated =
        codec::decode(undelivered.envelope.message.event_data().unwrap()).unwrap();
    assert!(undelivered.envelope.topic.ends_with(TOPIC), "{}", undelivered.envelope.topic);
    assert_eq!(event.enrollment.user.id, 2);
    for undelivered in kept {
        service.store.keep(undelivered);
    }
    assert_eq!(service.post("/undelivered", "").0, 503, "the server is still paused");

    server.resume();
    let deadline = Instant::now() + TIMEOUT * 5;
    while service.post("/undelivered", "") != (200, r#"{"sent":1}"#.to_owned()) {
        assert!(Instant::now() < deadline, "the stored event was not delivered");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(service.post("/undelivered", ""), (200, r#"{"sent":0}"#.to_owned()));
    // The paused server had the event in its socket and may have taken it more than once, always with the same id.
    let mut produced = service.produced();
    produced.dedup();
    assert_eq!(produced.len(), 2, "{produced:?}");
}

/// The client disconnects while a receiver runs. Without the task, its request would be cancelled there.
#[test]
fn a_client_that_disconnects_does_not_stop_its_event() {
    let service = Service::start(&json!({"EVENT_BUS_PRODUCER": "memory"}));
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let state = (Arc::clone(&begun), Arc::clone(&go_on));
    let _connection = COURSE_ENROLLMENT_CREATED.connect_async_with(state, async |(begun, go_on), _, _| {
        begun.notify_one();
        go_on.notified().await;
    });
    let address = service.url.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    let body = json!({"learner": 1, "course": COURSE}).to_string();
    let head =
        "POST /enrollments HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length:";
    write!(client, "{head} {}\r\n\r\n{body}", body.len()).unwrap();
    service.runtime.block_on(begun.notified());
    drop(client);
    // The service notices that, and cancels the request.
    thread::sleep(Duration::from_millis(200));
    assert!(service.produced().is_empty());
    go_on.notify_one();
    eventually("the event is produced", TIMEOUT * 5, || service.produced().len() == 1);
    assert_eq!(service.count(), r#"{"enrollments":1}"#);
}
