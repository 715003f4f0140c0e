//! Events of the authz subdomain: who may do what.

pub mod data;
pub mod signals;
