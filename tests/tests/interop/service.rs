//! The settings of the Rust side.

use openedx_events_tests::redis_server::RedisServer;
use serde_json::{Value, json};

use crate::rust::Service;

impl Service {
    pub(crate) fn start(server: &RedisServer) -> Self {
        Self::with_routes(server, json!({}))
    }

    /// Starts a service with these routes in `EVENT_BUS_PRODUCER_CONFIG`.
    pub(crate) fn with_routes(server: &RedisServer, routes: Value) -> Self {
        let mut settings = json!({
            "EVENTS_SERVICE_NAME": "rust",
            "EVENT_BUS_PRODUCER": "edx_event_bus_redis.create_producer",
            "EVENT_BUS_CONSUMER": "edx_event_bus_redis.RedisEventConsumer",
            "EVENT_BUS_REDIS_CONNECTION_URL": server.url(),
            // Long, because many tests share the machine.
            "EVENT_BUS_PRODUCER_TIMEOUT": 30,
        });
        settings["EVENT_BUS_PRODUCER_CONFIG"] = routes;
        Self::with(settings)
    }
}
