//! The parts of keys by name, as Python's objects have them.

use serde::{Serialize, Serializer};

use super::{
    CcxLocator, CourseKey, LearningContextKey, LibraryCollectionLocator, LibraryContainerLocator,
    LibraryLocatorV2, LibraryUsageLocatorV2, UsageKey,
};

/// A key taken apart: the name of Python's class, and the parts under the names that its object has.
#[derive(Serialize)]
pub(crate) struct KeyObject {
    pub(crate) class: &'static str,
    pub(crate) parts: KeyParts,
}

/// Names and values, in the order of Python's `KEY_FIELDS`.
pub(crate) struct KeyParts(Vec<(&'static str, PartValue)>);

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum PartValue {
    Text(Option<String>),
    Key(KeyObject),
}

/// A key that can be taken apart.
pub(crate) trait ToObject {
    fn to_object(&self) -> KeyObject;
}

impl Serialize for KeyParts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl From<&str> for PartValue {
    fn from(text: &str) -> Self {
        Some(text).into()
    }
}

impl From<Option<&str>> for PartValue {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<KeyObject> for PartValue {
    fn from(object: KeyObject) -> Self {
        Self::Key(object)
    }
}

macro_rules! object {
    ($class:expr, $($name:literal: $value:expr),+ $(,)?) => {
        KeyObject { class: $class, parts: KeyParts(vec![$(($name, PartValue::from($value))),+]) }
    };
}

impl ToObject for CourseKey {
    fn to_object(&self) -> KeyObject {
        let class = self.class_name();
        if !self.is_course() {
            return object!(
                class,
                "org": self.org(),
                "library": self.library(),
                "branch": self.branch(),
                "version_guid": self.version_guid(),
            );
        }
        let mut object = object!(
            class,
            "org": self.org(),
            "course": self.course(),
            "run": self.run(),
            "branch": self.branch(),
            "version_guid": self.version_guid(),
        );
        if let Some(ccx) = self.ccx() {
            object.parts.0.push(("ccx", ccx.into()));
        }
        object
    }
}

impl ToObject for CcxLocator {
    fn to_object(&self) -> KeyObject {
        self.as_course_key().to_object()
    }
}

impl ToObject for LearningContextKey {
    fn to_object(&self) -> KeyObject {
        match self {
            Self::Course(key) => key.to_object(),
            Self::Library(key) => key.to_object(),
        }
    }
}

impl ToObject for UsageKey {
    fn to_object(&self) -> KeyObject {
        if let Some(usage_key) = self.usage_key() {
            return object!(
                self.class_name(),
                "usage_key": usage_key.to_object(),
                "aside_type": self.aside_type(),
            );
        }
        if let Ok(key) = LibraryUsageLocatorV2::try_from(self.clone()) {
            return key.to_object();
        }
        let course = course_of(self);
        let (block_type, block_id) = (self.block_type(), self.block_id());
        if course.class == "LibraryLocator" {
            object!(self.class_name(), "library_key": course, "block_type": block_type, "block_id": block_id)
        } else {
            object!(self.class_name(), "course_key": course, "block_type": block_type, "block_id": block_id)
        }
    }
}

/// Returns the course or library that a block is in. Old keys (`i4x://`) have one that Python can take apart and
/// cannot print.
fn course_of(block: &UsageKey) -> KeyObject {
    if let Some(course) = block.course_key() {
        return course.to_object();
    }
    object!(
        "CourseLocator",
        "org": block.org(),
        "course": block.course(),
        "run": block.run(),
        "branch": block.branch(),
        "version_guid": block.version_guid(),
    )
}

impl ToObject for LibraryLocatorV2 {
    fn to_object(&self) -> KeyObject {
        object!(self.class_name(), "org": self.org(), "slug": self.slug())
    }
}

impl ToObject for LibraryUsageLocatorV2 {
    fn to_object(&self) -> KeyObject {
        object!(
            self.class_name(),
            "lib_key": self.lib_key().to_object(),
            "block_type": self.block_type(),
            "usage_id": self.usage_id(),
        )
    }
}

impl ToObject for LibraryCollectionLocator {
    fn to_object(&self) -> KeyObject {
        object!(
            self.class_name(),
            "lib_key": self.lib_key().to_object(),
            "collection_id": self.collection_id(),
        )
    }
}

impl ToObject for LibraryContainerLocator {
    fn to_object(&self) -> KeyObject {
        object!(
            self.class_name(),
            "lib_key": self.lib_key().to_object(),
            "container_type": self.container_type(),
            "container_id": self.container_id(),
        )
    }
}
