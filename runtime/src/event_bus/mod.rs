//! The event bus: events on their way to other services, and from them.

pub mod settings;

pub use settings::Settings;
