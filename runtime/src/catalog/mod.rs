//! The events that Open edX itself defines: those of openedx-events 11.2.0, under the names they have there.

pub mod analytics;
pub mod authz;
pub mod content_authoring;
pub mod enterprise;
pub mod learning;
