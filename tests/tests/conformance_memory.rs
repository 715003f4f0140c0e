//! The memory bus does what every bus has to do.

use std::sync::Arc;

use openedx_events::event_bus::{EventBus, MemoryBus};
use openedx_events_tests::{conformance::Harness, conformance_tests};

struct Memory(MemoryBus);

impl Harness for Memory {
    fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(self.0.clone())
    }

    fn trim(&self, topic: &str, max_len: usize) {
        self.0.trim(topic, max_len);
    }
}

conformance_tests!(Memory(MemoryBus::new()));
