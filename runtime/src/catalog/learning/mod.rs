//! Events of the learning subdomain: what happens to learners, their enrollments and their work.

pub mod data;
pub mod signals;
