//! Events of the analytics subdomain: what users do, as the tracking logs record it.

pub mod data;
pub mod signals;
