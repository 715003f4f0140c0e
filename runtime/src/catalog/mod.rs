//! The events that Open edX defines, from openedx-events 11.2.0, under the same names.

// A folder for each subdomain, with its data and its signals. It uses only what any user of the crate can use.

pub mod analytics;
pub mod authz;
pub mod content_authoring;
pub mod enterprise;
pub mod learning;
