//! The kinds of course keys, and the parts of each.

use super::{
    error::Fault,
    part::{Dialect, Part, PartSet},
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CourseClass {
    Course,
    Library,
    Ccx,
}

impl CourseClass {
    /// Returns the kind with this namespace. `slashes` is an old name of `course-v1`.
    pub(super) fn from_namespace(namespace: &str) -> Option<Self> {
        match namespace {
            "course-v1" | "slashes" => Some(Self::Course),
            "library-v1" => Some(Self::Library),
            "ccx-v1" => Some(Self::Ccx),
            _ => None,
        }
    }

    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Course => "course-v1",
            Self::Library => "library-v1",
            Self::Ccx => "ccx-v1",
        }
    }

    /// Returns the name of Python's class.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Course => "CourseLocator",
            Self::Library => "LibraryLocator",
            Self::Ccx => "CCXLocator",
        }
    }

    pub(super) fn dialect(self) -> Dialect {
        if self == Self::Ccx { Dialect::Ccx } else { Dialect::Plain }
    }

    /// Returns the last of the parts that name the course or library.
    fn last_name(self) -> Part {
        if self == Self::Library { Part::Course } else { Part::Run }
    }

    /// Returns the parts in `present` that a key of this kind keeps. The grammar allows a library's key to have a run,
    /// but the key drops it.
    pub(super) fn kept(self, present: PartSet) -> PartSet {
        if self == Self::Library { present.without(RUN) } else { present }
    }

    /// Returns the parts in `kept` that the canonical text shows: without a run, it shows neither the course nor its
    /// branch.
    pub(super) fn shown(self, kept: PartSet) -> PartSet {
        if kept.has(self.last_name()) { kept } else { kept.without(NAMES_AND_BRANCH) }
    }

    /// Checks that the key has all names, or a version. An error about a missing part points at `end`.
    pub(super) fn check(self, present: PartSet, end: usize) -> Result<(), Fault> {
        if present.has(Part::Version) {
            return Ok(());
        }
        let mut needed = Part::NAMES.into_iter().filter(|&part| part <= self.last_name());
        match needed.find(|&part| !present.has(part)) {
            Some(part) => Err(part.missing(end)),
            None => Ok(()),
        }
    }
}

const RUN: PartSet = PartSet::of(&[Part::Run]);
const NAMES_AND_BRANCH: PartSet = PartSet::of(&[Part::Org, Part::Course, Part::Run, Part::Branch]);
