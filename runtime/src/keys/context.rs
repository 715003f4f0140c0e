//! Keys of courses or libraries.

use super::{course::CourseKey, error::Fault, library::LibraryLocatorV2, text::key};

/// The key of a course or of a library: Python's `LearningContextKey`.
///
/// ```
/// use openedx_events::keys::LearningContextKey;
///
/// let key: LearningContextKey = "lib:MITx:hard-problems".parse()?;
/// assert!(matches!(&key, LearningContextKey::Library(library) if library.slug() == "hard-problems"));
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum LearningContextKey {
    /// A course run, a CCX, or a legacy library.
    Course(CourseKey),
    /// A content library.
    Library(LibraryLocatorV2),
}

key!(LearningContextKey, "learning context key", self => match self {
    Self::Course(key) => key.as_str(),
    Self::Library(key) => key.as_str(),
});

impl LearningContextKey {
    /// Returns the organization, or `None` if the key of a course has only a version.
    #[must_use]
    pub fn org(&self) -> Option<&str> {
        match self {
            Self::Course(key) => key.org(),
            Self::Library(key) => Some(key.org()),
        }
    }

    /// Returns the name of Python's class for this key, such as `CourseLocator`.
    #[must_use]
    pub fn class_name(&self) -> &'static str {
        match self {
            Self::Course(key) => key.class_name(),
            Self::Library(key) => key.class_name(),
        }
    }

    /// Returns whether the key is in the old style, `org/course/run`.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        matches!(self, Self::Course(key) if key.is_deprecated())
    }

    /// Returns whether it is the key of a course or a CCX, and not of a library of either kind.
    #[must_use]
    pub fn is_course(&self) -> bool {
        matches!(self, Self::Course(key) if key.is_course())
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        if text.starts_with("lib:") {
            return LibraryLocatorV2::parse(text).map(Self::Library);
        }
        let unknown = "must be one of `course-v1`, `library-v1`, `ccx-v1`, `slashes`, `lib`";
        CourseKey::parse_or(text, unknown).map(Self::Course)
    }
}

impl From<CourseKey> for LearningContextKey {
    fn from(key: CourseKey) -> Self {
        Self::Course(key)
    }
}

impl From<LibraryLocatorV2> for LearningContextKey {
    fn from(key: LibraryLocatorV2) -> Self {
        Self::Library(key)
    }
}
