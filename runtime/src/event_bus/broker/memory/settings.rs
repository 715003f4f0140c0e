//! How settings choose the memory bus, which has no settings of its own.

use std::sync::Arc;

use super::MemoryBus;
use crate::event_bus::broker::{
    BusError, EventBus,
    built_in::{BuiltIn, Service},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::event_bus) struct MemorySettings;

impl BuiltIn for MemorySettings {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn make(&self, _: Service<'_>) -> Result<Arc<dyn EventBus>, BusError> {
        Ok(Arc::new(MemoryBus::shared()))
    }
}
