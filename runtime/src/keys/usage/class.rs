//! The kinds of usage keys.

use crate::keys::course_class::CourseClass;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UsageClass {
    Block,
    LibraryBlock,
    CcxBlock,
    LibraryBlockV2,
    Location,
    OldStyle,
    AsideV1,
    AsideV2,
}

impl UsageClass {
    const ALL: [Self; 8] = [
        Self::Block,
        Self::LibraryBlockV2,
        Self::LibraryBlock,
        Self::CcxBlock,
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
            Self::Block => "block-v1",
            Self::LibraryBlock => "lib-block-v1",
            Self::CcxBlock => "ccx-block-v1",
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
            Self::Block | Self::OldStyle => "BlockUsageLocator",
            Self::LibraryBlock => "LibraryUsageLocator",
            Self::CcxBlock => "CCXBlockUsageLocator",
            Self::LibraryBlockV2 => "LibraryUsageLocatorV2",
            Self::Location => "DeprecatedLocation",
            Self::AsideV1 => "AsideUsageKeyV1",
            Self::AsideV2 => "AsideUsageKeyV2",
        }
    }

    /// Returns the kind of course key inside this kind of usage key.
    pub(super) fn course_class(self) -> Option<CourseClass> {
        match self {
            Self::Block | Self::Location => Some(CourseClass::Course),
            Self::LibraryBlock => Some(CourseClass::Library),
            Self::CcxBlock => Some(CourseClass::Ccx),
            Self::LibraryBlockV2 | Self::OldStyle | Self::AsideV1 | Self::AsideV2 => None,
        }
    }

    /// Returns the kind of usage key of a block in a course of kind `class`.
    pub(super) fn in_course(class: CourseClass) -> Self {
        match class {
            CourseClass::Course => Self::Block,
            CourseClass::Library => Self::LibraryBlock,
            CourseClass::Ccx => Self::CcxBlock,
        }
    }
}
