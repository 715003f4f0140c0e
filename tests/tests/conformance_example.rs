//! The bus that the guide shows passes the conformance suite.

use std::sync::Arc;

use openedx_events::{conformance::Harness, conformance_tests, event_bus::EventBus};

#[path = "../../runtime/src/guide/writing_a_bus/broker.rs"]
#[allow(unreachable_pub, reason = "a client exports it")]
mod broker;
#[path = "../../runtime/src/guide/writing_a_bus/bus.rs"]
#[allow(unreachable_pub, reason = "an author of a bus exports it")]
mod bus;

use bus::MapBus;

struct Example(MapBus);

impl Harness for Example {
    fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(self.0.clone())
    }
}

conformance_tests!(Example(MapBus::default()));
