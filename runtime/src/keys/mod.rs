//! The keys of courses, libraries and their content in Open edX.
//!
//! Python calls them opaque keys (`edx-opaque-keys`, `edx-ccx-keys`): a program passes them on unchanged, and asks
//! them for their parts. A key is parsed from a string, and this module accepts, refuses and prints every string
//! exactly as Python does. Cloning a key copies no string.

// This folder uses Avro, JSON and `avro_type`.

mod ccx;
mod chars;
mod context;
mod course;
mod course_class;
mod error;
mod fields;
mod library;
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
pub use library::{
    LibraryCollectionLocator, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2,
};
#[cfg(feature = "cli")]
pub(crate) use parts::{KeyObject, KeyParts, ToObject};
pub use usage::UsageKey;

#[cfg(test)]
mod tests;
