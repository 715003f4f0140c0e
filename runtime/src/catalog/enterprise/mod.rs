//! Events of the enterprise subdomain: organizations that pay for the courses of their learners.

pub mod data;
pub mod signals;
