//! Redis does what every event bus has to do.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use openedx_events::event_bus::{EventBus, RedisBus, RedisOptions};
use openedx_events_tests::{conformance::Harness, conformance_tests, redis_server::RedisServer};

/// A server for all cases that run at the time, each with topics of its own.
struct Redis {
    server: Arc<RedisServer>,
    bus: RedisBus,
}

impl Redis {
    fn new() -> Self {
        static SERVER: OnceLock<Mutex<Weak<RedisServer>>> = OnceLock::new();
        let mut shared = SERVER.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let server = shared.upgrade().unwrap_or_else(|| Arc::new(RedisServer::start()));
        *shared = Arc::downgrade(&server);
        let options = RedisOptions::tcp("127.0.0.1", server.port());
        Self { server, bus: RedisBus::new(options).unwrap() }
    }
}

impl Harness for Redis {
    fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(self.bus.clone())
    }

    fn trim(&self, topic: &str, max_len: usize) {
        let mut connection = redis::Client::open(self.server.url()).unwrap().get_connection().unwrap();
        let trimmed =
            redis::cmd("XTRIM").arg(topic).arg("MAXLEN").arg("=").arg(max_len).query::<i64>(&mut connection);
        trimmed.unwrap();
    }
}

conformance_tests!(Redis::new());
