//! The kinds of course keys, and which parts each has.

use super::{
    error::Fault,
    fields::{Dialect, Fields, Part},
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CourseClass {
    Course,
    Library,
    Ccx,
}

impl CourseClass {
    /// Whose namespace it is; `slashes` was once written for `course-v1`.
    pub(super) fn of_namespace(namespace: &str) -> Option<Self> {
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

    /// The name of Python's class.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Course => "CourseLocator",
            Self::Library => "LibraryLocator",
            Self::Ccx => "CCXLocator",
        }
    }

    pub(super) fn dialect(self) -> Dialect {
        if self == Self::Ccx {
            Dialect::Ccx
        } else {
            Dialect::Plain
        }
    }

    /// The last part that names the course or library.
    fn last_name(self) -> Part {
        if self == Self::Library {
            Part::Course
        } else {
            Part::Run
        }
    }

    /// Those of `fields` that a key of this class keeps. The grammar lets a library have a run; it is lost.
    pub(super) fn kept(self, fields: Fields<'_>) -> Fields<'_> {
        if self == Self::Library {
            fields.without(&[Part::Run])
        } else {
            fields
        }
    }

    /// Those of `fields` that its text has: a course without a run is not written, and neither is its branch.
    pub(super) fn shown(self, fields: Fields<'_>) -> Fields<'_> {
        if fields.get(self.last_name()).is_some() {
            fields
        } else {
            fields.without(&[Part::Org, Part::Course, Part::Run, Part::Branch])
        }
    }

    /// Whether `fields` are enough: the names, or a version. A part that is missing would stand at `end`.
    pub(super) fn check(self, fields: &Fields<'_>, end: usize) -> Result<(), Fault> {
        if fields.get(Part::Version).is_some() {
            return Ok(());
        }
        let names = [Part::Org, Part::Course, Part::Run];
        let missing = names
            .into_iter()
            .find(|&part| part <= self.last_name() && fields.get(part).is_none());
        missing.map_or(Ok(()), |part| Err(part.missing(end)))
    }
}
