//! The keys by which Open edX names courses, libraries and what is in them.
//!
//! Python calls them opaque keys (`edx-opaque-keys`, `edx-ccx-keys`): a program hands them on as they are,
//! and asks them for their parts. Here, as there, a key is made from its text, and every text is read,
//! refused and printed as Python does it. Cloning a key copies no text.

mod ccx;
mod chars;
mod context;
mod course;
mod course_class;
mod error;
mod fields;
mod library;
mod library_collection;
mod library_container;
mod library_usage;
mod part;
#[cfg(feature = "cli")]
mod parts;
mod slugs;
mod text;
mod usage;

pub use ccx::CcxLocator;
pub(crate) use chars::decimal_digit;
pub use context::LearningContextKey;
pub use course::CourseKey;
pub use error::KeyError;
pub use library::LibraryLocatorV2;
pub use library_collection::LibraryCollectionLocator;
pub use library_container::LibraryContainerLocator;
pub use library_usage::LibraryUsageLocatorV2;
#[cfg(feature = "cli")]
pub(crate) use parts::{KeyObject, KeyParts, ToObject};
pub use usage::UsageKey;

#[cfg(test)]
mod tests;
