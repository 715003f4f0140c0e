//! Events of the content authoring subdomain: what happens to courses and libraries in Studio.

pub mod data;
pub mod signals;
