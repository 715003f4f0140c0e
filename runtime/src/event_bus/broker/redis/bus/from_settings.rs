//! From all settings to a server.

use super::options::RedisOptions;
use crate::event_bus::{broker::BusError, settings::Settings};

impl RedisOptions {
    /// Connects to the server that the settings name.
    ///
    /// # Errors
    ///
    /// If they name no server.
    pub fn from_settings(settings: &Settings) -> Result<Self, BusError> {
        Self::of(&settings.buses.redis, settings.service_name.as_deref())
    }
}
