//! Event types: `org.openedx.learning.course.enrollment.created.v1`.
//!
//! ```text
//! reverse DNS (two segments) . subdomain . subject (one or more) . action . major version
//! ```

mod action;
mod check;
mod constant;
mod domain;
mod version;
mod words;

use syn::{Ident, LitStr};

pub(crate) use self::constant::{Constant, subject_and_action};
use self::version::{is_version, major_version};
use crate::names::constant_name;

/// The smallest number of segments before the version.
const LEAST: usize = 5;

/// An event type, split into its parts.
pub(crate) struct EventType {
    pub(crate) literal: LitStr,
    /// Empty if it was refused.
    pub(crate) text: String,
    /// All but the version.
    segments: Vec<String>,
    /// The final `vN`.
    version: Option<String>,
    /// The number in it; `None` for `v0`.
    pub(crate) major_version: Option<u32>,
}

impl EventType {
    pub(crate) fn new(literal: &LitStr) -> Self {
        let text = literal.value();
        let mut segments: Vec<String> = text.split('.').map(str::to_owned).collect();
        let version = segments.pop_if(|last| is_version(last));
        Self {
            literal: literal.clone(),
            major_version: version.as_deref().and_then(major_version),
            version,
            text,
            segments,
        }
    }

    /// Stands in for an event type that was refused, so that nothing else is reported about it.
    pub(crate) fn refused(at: &Ident) -> Self {
        Self::new(&LitStr::new("", at.span()))
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the words of subject and action, in capitals.
    pub(crate) fn words(&self) -> Vec<String> {
        let subject_and_action = self.segments.get(3..).unwrap_or_default();
        subject_and_action
            .iter()
            // `orderPaid` is refused, but its words show what the constant is.
            .map(|segment| constant_name(&segment.replace('-', "_")))
            .flat_map(|segment| segment.split('_').map(str::to_owned).collect::<Vec<_>>())
            .filter(|word| !word.is_empty())
            .collect()
    }
}
