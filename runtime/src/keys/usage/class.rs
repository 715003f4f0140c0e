//! The kinds of usage keys.

use crate::keys::course_class::CourseClass;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UsageClass {
    /// A block in a course, in a library with the key of a course, or in a CCX.
    In(CourseClass),
    LibraryBlockV2,
    Location,
    OldStyle,
    AsideV1,
    AsideV2,
}

impl UsageClass {
    const ALL: [Self; 8] = [
        Self::In(CourseClass::Course),
        Self::LibraryBlockV2,
        Self::In(CourseClass::Library),
        Self::In(CourseClass::Ccx),
        Self::OldStyle,
        Self::Location,
        Self::AsideV1,
        Self::AsideV2,
    ];

    pub(super) fn from_namespace(namespace: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.namespace() == namespace)
    }

    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::In(CourseClass::Course) => "block-v1",
            Self::In(CourseClass::Library) => "lib-block-v1",
            Self::In(CourseClass::Ccx) => "ccx-block-v1",
            Self::LibraryBlockV2 => "lb",
            Self::Location => "location",
            Self::OldStyle => "i4x",
            Self::AsideV1 => "aside-usage-v1",
            Self::AsideV2 => "aside-usage-v2",
        }
    }

    /// Returns the name of Python's class.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::In(CourseClass::Course) | Self::OldStyle => "BlockUsageLocator",
            Self::In(CourseClass::Library) => "LibraryUsageLocator",
            Self::In(CourseClass::Ccx) => "CCXBlockUsageLocator",
            Self::LibraryBlockV2 => "LibraryUsageLocatorV2",
            Self::Location => "DeprecatedLocation",
            Self::AsideV1 => "AsideUsageKeyV1",
            Self::AsideV2 => "AsideUsageKeyV2",
        }
    }

    /// Returns the kind of course key inside this kind of usage key.
    pub(super) fn course_class(self) -> Option<CourseClass> {
        match self {
            Self::In(class) => Some(class),
            Self::Location => Some(CourseClass::Course),
            Self::LibraryBlockV2 | Self::OldStyle | Self::AsideV1 | Self::AsideV2 => None,
        }
    }
}
