//! `parse-keys`: takes opaque keys apart.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use serde::{Deserialize, Serialize};

use super::lines::{NoAnswer, parse};
use crate::keys::{
    CcxLocator, CourseKey, KeyError, KeyObject, KeyParts, LearningContextKey, LibraryCollectionLocator,
    LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2, ToObject, UsageKey,
};

pub(super) const EXAMPLE: &str = r#"Example:
  echo '{"class": "CourseKey", "key": "course-v1:edX+DemoX+2026"}' | openedx-events parse-keys

Exits with 1 if a key was refused or a line could not be parsed."#;

#[derive(Deserialize)]
struct KeyRequest<'a> {
    #[serde(borrow)]
    class: Cow<'a, str>,
    #[serde(borrow)]
    key: Cow<'a, str>,
}

#[derive(Serialize)]
struct Answer {
    class: &'static str,
    canonical: String,
    parts: KeyParts,
}

type Describe = fn(&str) -> Result<String, KeyError>;

/// Python's classes, and the functions that describe their keys.
const CLASSES: [(&str, Describe); 8] = [
    ("CourseKey", describe::<CourseKey>),
    ("UsageKey", describe::<UsageKey>),
    ("LearningContextKey", describe::<LearningContextKey>),
    ("CCXLocator", describe::<CcxLocator>),
    ("LibraryLocatorV2", describe::<LibraryLocatorV2>),
    ("LibraryUsageLocatorV2", describe::<LibraryUsageLocatorV2>),
    ("LibraryCollectionLocator", describe::<LibraryCollectionLocator>),
    ("LibraryContainerLocator", describe::<LibraryContainerLocator>),
];

pub(super) fn answer(line: &str) -> Result<String, NoAnswer> {
    let request: KeyRequest<'_> = parse(line)?;
    let class = CLASSES.iter().find(|(class, _)| *class == request.class);
    let (_, describe) = class.ok_or_else(|| {
        let known = CLASSES.map(|(class, _)| class).join("`, `");
        NoAnswer::BadLine(format!("unknown `class`, expected one of `{known}`"))
    })?;
    describe(&request.key).map_err(|error| NoAnswer::Refused(error.to_string()))
}

fn describe<K: FromStr<Err = KeyError> + Display + ToObject>(text: &str) -> Result<String, KeyError> {
    let key: K = text.parse()?;
    let KeyObject { class, parts } = key.to_object();
    // Strings and numbers always have a JSON form.
    Ok(serde_json::to_string(&Answer { class, canonical: key.to_string(), parts }).unwrap_or_default())
}
