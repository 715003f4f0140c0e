//! The parts of keys by name, like the attributes of Python's objects.

use serde::{Serialize, Serializer};

use super::{
    CcxLocator, CourseKey, LearningContextKey, LibraryCollectionLocator, LibraryContainerLocator,
    LibraryLocatorV2, LibraryUsageLocatorV2, UsageKey,
};

/// The parts of a key: the name of Python's class, and the parts under the names of its attributes.
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

/// A key whose parts can be listed.
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
        let mut object = if self.is_course() {
            object!(self.class_name(), "org": self.org(), "course": self.course(), "run": self.run())
        } else {
            object!(self.class_name(), "org": self.org(), "library": self.library())
        };
        let parts = &mut object.parts.0;
        parts.extend([("branch", self.branch().into()), ("version_guid", self.version_guid().into())]);
        if let Some(ccx) = self.ccx() {
            parts.push(("ccx", ccx.into()));
        }
        object
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

/// Returns the course or library of a block. For an old key (`i4x://`), Python can list the parts of the course, but
/// cannot print its key.
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

macro_rules! to_object {
    ($($type:ident($key:ident) => $object:expr;)*) => {$(
        impl ToObject for $type {
            fn to_object(&self) -> KeyObject {
                let $key = self;
                $object
            }
        }
    )*};
}

to_object! {
    CcxLocator(key) => CourseKey::to_object(key);
    LearningContextKey(key) => match key {
        LearningContextKey::Course(key) => key.to_object(),
        LearningContextKey::Library(key) => key.to_object(),
    };
    LibraryLocatorV2(key) => object!(key.class_name(), "org": key.org(), "slug": key.slug());
    LibraryUsageLocatorV2(key) => object!(
        key.class_name(),
        "lib_key": key.lib_key().to_object(),
        "block_type": key.block_type(),
        "usage_id": key.usage_id(),
    );
    LibraryCollectionLocator(key) => object!(
        key.class_name(),
        "lib_key": key.lib_key().to_object(),
        "collection_id": key.collection_id(),
    );
    LibraryContainerLocator(key) => object!(
        key.class_name(),
        "lib_key": key.lib_key().to_object(),
        "container_type": key.container_type(),
        "container_id": key.container_id(),
    );
}
