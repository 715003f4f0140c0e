//! The memory bus passes the conformance suite.

use std::sync::Arc;

use openedx_events::{
    conformance::Harness,
    conformance_tests,
    event_bus::{EventBus, MemoryBus},
};

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
