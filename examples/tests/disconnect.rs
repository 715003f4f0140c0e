//! The guide's statement about cancellation: axum drops the future of a request when its client disconnects, and with it a send that
//! the handler awaits.

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use axum::{Router, extract::Path, routing::post};
use openedx_events::{
    event_bus::{self, Guard, Settings, Start, operations},
    prelude::*,
};
use openedx_events_tests::{eventually, redis_server::RedisServer};
use serde_json::json;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    sync::Notify,
};

const PATIENCE: Duration = Duration::from_secs(20);
const TOPIC: &str = "calls";

/// Sent when a call is accepted.
#[event(type = "com.example.learning.call.accepted.v1")]
pub struct CallAccepted {
    /// The number of the call.
    pub number: i64,
}

/// A web service whose handler awaits its send.
struct Service {
    address: SocketAddr,
    settings: Settings,
    server: RedisServer,
    _bus: Guard,
    runtime: Runtime,
    _alone: MutexGuard<'static, ()>,
}

impl Service {
    fn start() -> Self {
        // A process has one event bus.
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let server = RedisServer::start();
        let route = json!({TOPIC: {"event_key_field": "number", "enabled": true}});
        let settings = Settings::from_value(json!({
            "EVENTS_SERVICE_NAME": "exchange",
            "EVENT_BUS_PRODUCER": "redis",
            "EVENT_BUS_REDIS_CONNECTION_URL": server.url(),
            "EVENT_BUS_PRODUCER_TIMEOUT": PATIENCE.as_secs(),
            "EVENT_BUS_PRODUCER_CONFIG": {CALL_ACCEPTED.event_type(): route},
        }));
        let settings = settings.unwrap();
        let bus = event_bus::install(&settings).unwrap();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let accept = |Path(number): Path<i64>| async move {
            CALL_ACCEPTED.send_event_async(CallAccepted { number }).await;
        };
        let app = Router::new().route("/{number}", post(accept));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { address, settings, server, _bus: bus, runtime, _alone: alone }
    }

    /// Sends a request, and returns the connection of its client.
    fn request(&self, number: i64) -> TcpStream {
        let mut client = TcpStream::connect(self.address).unwrap();
        write!(client, "POST /{number} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n").unwrap();
        client
    }

    fn count_produced(&self) -> usize {
        let mut operations = operations(&self.settings).unwrap();
        let topic = self.settings.stream_name(TOPIC);
        let start = operations.cursor(&topic, &Start::Backlog).unwrap();
        operations.read(&topic, &start, 100).unwrap().entries.len()
    }
}

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn during_a_receiver_it_ends_the_receiver_and_all_after_it() {
    let service = Service::start();
    let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let later = Arc::new(AtomicUsize::new(0));
    let state = (Arc::clone(&begun), Arc::clone(&dropped));
    let _waits = CALL_ACCEPTED.connect_async_with(state, async |(begun, dropped), event, _| {
        let _dropped = Dropped(Arc::clone(dropped));
        if event.number == 1 {
            begun.notify_one();
            std::future::pending::<()>().await;
        }
    });
    let count = Arc::clone(&later);
    let _later = CALL_ACCEPTED.connect(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let client = service.request(1);
    service.runtime.block_on(begun.notified());
    assert_eq!(dropped.load(Ordering::SeqCst), 0);
    drop(client);
    eventually("the receiver is dropped", PATIENCE, || dropped.load(Ordering::SeqCst) == 1);
    // Another request shows that the first one has not gone on meanwhile.
    let _client = service.request(2);
    eventually("the second event is produced", PATIENCE, || service.count_produced() == 1);
    assert_eq!((dropped.load(Ordering::SeqCst), later.load(Ordering::SeqCst)), (2, 1));
}

#[test]
fn after_the_receivers_it_does_not_stop_the_event_bus() {
    let service = Service::start();
    let _client = service.request(1);
    eventually("the connection to the server exists", PATIENCE, || service.count_produced() == 1);
    service.server.pause();
    let ran = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ran);
    let _last = CALL_ACCEPTED.connect(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let client = service.request(2);
    eventually("the last receiver has run", PATIENCE, || ran.load(Ordering::SeqCst) == 1);
    // The bus has the event after the receivers, in the same poll.
    thread::sleep(Duration::from_millis(200));
    drop(client);
    thread::sleep(Duration::from_millis(200));
    service.server.resume();
    eventually("the event is produced", PATIENCE, || service.count_produced() == 2);
}
