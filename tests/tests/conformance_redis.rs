//! The Redis bus passes the conformance suite.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use openedx_events::{
    conformance::Harness,
    conformance_tests,
    event_bus::{EventBus, RedisBus, RedisOptions},
};
use openedx_events_tests::redis_server::RedisServer;

struct Redis {
    server: Arc<RedisServer>,
    bus: RedisBus,
}

impl Redis {
    /// Connects to the server that the running cases share. It stops with the last of them.
    fn new() -> Self {
        static SERVER: Mutex<Weak<RedisServer>> = Mutex::new(Weak::new());
        let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
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
        let max_len = max_len.to_string();
        let _trimmed: i64 = self.server.ask(&["XTRIM", topic, "MAXLEN", "=", &max_len]);
    }
}

conformance_tests!(Redis::new());
