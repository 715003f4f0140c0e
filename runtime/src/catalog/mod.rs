//! The events that Open edX defines, from openedx-events 11.2.0, under the same names.

pub mod analytics;
pub mod authz;
pub mod content_authoring;
pub mod enterprise;
pub mod learning;
