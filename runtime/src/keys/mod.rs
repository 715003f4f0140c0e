//! The keys by which Open edX names courses, libraries and what is in them.
//!
//! Python calls them opaque keys (`edx-opaque-keys`, `edx-ccx-keys`): a program hands them on as they are,
//! and asks them for their parts. Here, as there, a key is made from its text, and every text is read,
//! refused and printed as Python does it. Cloning a key copies no text.

mod chars;
mod course;
mod course_class;
mod error;
mod fields;
mod text;

pub use course::CourseKey;
pub use error::KeyError;
