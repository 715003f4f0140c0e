//! Keys of course runs, CCXs and legacy libraries.

use super::{
    chars::OLD_PART,
    course_class::CourseClass,
    error::{Fault, KeyError, KeyProblem},
    fields::KeyFields,
    part::{Part, PartSet, check},
    text::{KeyText, key, split_once},
};

/// The key of a course run: Python's `CourseKey`.
///
/// | text | Python's class |
/// |---|---|
/// | `course-v1:org+course+run` | `CourseLocator` |
/// | `org/course/run` | `CourseLocator`, deprecated |
/// | `ccx-v1:org+course+run+ccx@7` | `CCXLocator` |
/// | `library-v1:org+library` | `LibraryLocator` |
///
/// A branch and a version can follow (`…+branch@draft+version@519665f6223ebd6980884f2b`), and a version alone is a
/// key too. Parsing accepts the strings that Python accepts, and makes the same canonical text: `slashes:` becomes
/// `course-v1:`, and a block at the end (`…+type@problem+block@b`) is dropped.
///
/// ```
/// use openedx_events::keys::CourseKey;
///
/// let key: CourseKey = "course-v1:edX+DemoX+2026".parse()?;
/// assert_eq!(key.org(), Some("edX"));
/// assert_eq!(key.course(), Some("DemoX"));
/// assert_eq!(key.run(), Some("2026"));
/// assert_eq!(key, CourseKey::new("edX", "DemoX", "2026")?);
/// assert_eq!(key.to_string(), "course-v1:edX+DemoX+2026");
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
///
/// Two keys are equal if their canonical texts are. A few strings that Python accepts have parts that the canonical
/// text leaves out (the org and the branch of a key that has a version and no run). The accessors return these parts,
/// and comparisons ignore them.
#[derive(Clone)]
pub struct CourseKey {
    pub(super) text: KeyText,
}

key!(CourseKey, "course key", self => self.text.as_str());

impl CourseKey {
    /// Makes the key `course-v1:org+course+run`.
    ///
    /// ```
    /// # use openedx_events::keys::CourseKey;
    /// assert_eq!(CourseKey::new("edX", "DemoX", "2026")?.as_str(), "course-v1:edX+DemoX+2026");
    /// assert_eq!(CourseKey::new("edX", "Demo+X", "2026").unwrap_err().part(), "course");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a part is empty or has a character other than letters, digits, `_`, `-`, `~`, `.` and `:`.
    pub fn new(org: &str, course: &str, run: &str) -> Result<Self, KeyError> {
        let parts = [(Part::Org, org), (Part::Course, course), (Part::Run, run)];
        Self::from_parts(CourseClass::Course, &parts)
    }

    /// Makes the key `library-v1:org+library` of a legacy library. The key of a content library is a
    /// [`LibraryLocatorV2`](super::LibraryLocatorV2).
    ///
    /// ```
    /// # use openedx_events::keys::CourseKey;
    /// assert_eq!(CourseKey::new_library("edX", "Maths")?.as_str(), "library-v1:edX+Maths");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As in [`new`](Self::new).
    pub fn new_library(org: &str, library: &str) -> Result<Self, KeyError> {
        let parts = [(Part::Org, org), (Part::Course, library)];
        Self::from_parts(CourseClass::Library, &parts)
    }

    /// Makes the key `org/course/run` of an old course.
    ///
    /// ```
    /// # use openedx_events::keys::CourseKey;
    /// assert_eq!(CourseKey::new_old_style("edX", "DemoX", "2013")?.as_str(), "edX/DemoX/2013");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `org` or `course` is empty, or a part has a character other than letters, digits, `_`, `-`, `.` and `%`.
    pub fn new_old_style(org: &str, course: &str, run: &str) -> Result<Self, KeyError> {
        for (part, value) in Part::NAMES.into_iter().zip([org, course, run]) {
            check_old_style(part, value).map_err(|fault| fault.in_a(Self::NOUN))?;
        }
        let text = KeyText::new("", |out| [org, "/", course, "/", run].into_iter().for_each(out));
        Ok(Self { text })
    }

    /// Returns the key of the same course or library in a branch, such as `draft`, or without a branch: Python's
    /// `for_branch`. The result has no version.
    ///
    /// ```
    /// # use openedx_events::keys::CourseKey;
    /// let draft: CourseKey = "course-v1:edX+DemoX+2026+branch@draft".parse()?;
    /// assert_eq!(draft.for_branch(None)?.as_str(), "course-v1:edX+DemoX+2026");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the branch has an invalid character, if the key has only a version, or if the key is in the old style,
    /// which has no branches.
    pub fn for_branch(&self, branch: Option<&str>) -> Result<Self, KeyError> {
        self.in_branch(branch).map_err(|fault| fault.in_a(Self::NOUN))
    }

    fn in_branch(&self, branch: Option<&str>) -> Result<Self, Fault> {
        if let Some(branch) = branch {
            Part::Branch.check(branch)?;
        }
        let Some(class) = self.class() else {
            let problem = KeyProblem::Other("is not allowed in an old-style key");
            return if branch.is_none() { Ok(self.clone()) } else { Err(Fault::new("branch", 0, problem)) };
        };
        let mut fields = self.fields();
        fields.remove(Part::Version);
        fields.remove(Part::Branch);
        if let Some(branch) = branch {
            fields.set(Part::Branch, branch);
        }
        Self::from_fields("", class, &fields)
    }

    /// Returns the organization, or `None` if the key has only a version.
    #[must_use]
    pub fn org(&self) -> Option<&str> {
        self.fields().get(Part::Org)
    }

    /// Returns the course's name or number; for a library its name, as in Python.
    #[must_use]
    pub fn course(&self) -> Option<&str> {
        self.fields().get(Part::Course)
    }

    /// Returns the branch, such as `draft`.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.fields().get(Part::Branch)
    }

    /// Returns the version: 24 hexadecimal digits in lower case.
    #[must_use]
    pub fn version_guid(&self) -> Option<&str> {
        self.fields().get(Part::Version)
    }

    /// Returns the course's run; for a library always `library`, as in Python.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        if self.class() == Some(CourseClass::Library) {
            return Some("library");
        }
        self.fields().get(Part::Run)
    }

    /// Returns the library's name, if it is the key of a library.
    #[must_use]
    pub fn library(&self) -> Option<&str> {
        if self.class() == Some(CourseClass::Library) { self.course() } else { None }
    }

    /// Returns the number of the CCX, if it is the key of one: digits, which need not be ASCII.
    #[must_use]
    pub fn ccx(&self) -> Option<&str> {
        self.fields().get(Part::Ccx)
    }

    /// Returns the name of Python's class for this key: `CourseLocator`, `LibraryLocator` or `CCXLocator`.
    #[must_use]
    pub fn class_name(&self) -> &'static str {
        self.class().unwrap_or(CourseClass::Course).name()
    }

    /// Returns whether the key is in the old style, `org/course/run`.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        self.class().is_none()
    }

    /// Returns whether it is the key of a course or a CCX, and not of a library.
    #[must_use]
    pub fn is_course(&self) -> bool {
        self.class() != Some(CourseClass::Library)
    }

    /// Returns the kind that the namespace says, and the text after the namespace; `None` in the old style.
    fn split(&self) -> Option<(CourseClass, &str)> {
        let (namespace, rest) = split_once(self.as_str(), b':')?;
        Some((CourseClass::from_namespace(namespace)?, rest))
    }

    pub(super) fn class(&self) -> Option<CourseClass> {
        self.split().map(|(class, _)| class)
    }

    pub(super) fn fields(&self) -> KeyFields<'_> {
        let mut fields = KeyFields::default();
        match self.split() {
            // It cannot fail: the text was parsed before, or made from valid parts.
            Some((class, rest)) => {
                fields.parse(self.text.extra().unwrap_or(rest), class.dialect()).unwrap_or_default();
            }
            None => fields.set_all(Part::NAMES, self.as_str().split('/')),
        }
        fields
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_or(text, "must be one of `course-v1`, `library-v1`, `ccx-v1`, `slashes`")
    }

    /// Parses a key. `unknown` is the message about an unknown namespace.
    pub(super) fn parse_or(text: &str, unknown: &'static str) -> Result<Self, Fault> {
        let Some((namespace, rest)) = split_once(text, b':') else {
            return Self::parse_old_style(text);
        };
        let Some(class) = CourseClass::from_namespace(namespace) else {
            return Err(Fault::namespace(unknown));
        };
        let mut fields = KeyFields::default();
        fields.parse(rest, class.dialect()).map_err(|fault| fault.after(namespace.len() + 1))?;
        Self::from_fields(text, class, &fields)
    }

    fn parse_old_style(text: &str) -> Result<Self, Fault> {
        if text.bytes().filter(|&byte| byte == b'/').count() != 2 {
            return Err(Fault::namespace("is missing, and the key is not in the old style `org/course/run`"));
        }
        let mut offset = 0;
        for (part, value) in Part::NAMES.into_iter().zip(text.split('/')) {
            check_old_style(part, value).map_err(|fault| fault.after(offset))?;
            offset += value.len() + 1;
        }
        Ok(Self { text: KeyText::canonical(text) })
    }

    fn from_parts(class: CourseClass, parts: &[(Part, &str)]) -> Result<Self, KeyError> {
        let mut fields = KeyFields::default();
        for (part, value) in parts {
            part.check(value).map_err(|fault| fault.in_a(Self::NOUN))?;
            fields.set(*part, value);
        }
        Self::from_fields("", class, &fields).map_err(|fault| fault.in_a(Self::NOUN))
    }

    /// Makes the key from valid parts. `input` is the text that they were parsed from.
    fn from_fields(input: &str, class: CourseClass, fields: &KeyFields<'_>) -> Result<Self, Fault> {
        class.check(fields.present(), input.len())?;
        Ok(Self::from_checked(input, class, fields))
    }

    /// Makes the key from valid and complete parts, without a block's.
    pub(super) fn from_checked(input: &str, class: CourseClass, fields: &KeyFields<'_>) -> Self {
        let kept = class.kept(fields.present()).without(BLOCK);
        Self { text: KeyText::from_fields(input, class.namespace(), fields, class.shown(kept), kept) }
    }
}

const BLOCK: PartSet = PartSet::of(&[Part::BlockType, Part::BlockId]);

/// Checks a part of an old course's key, which may have `%`, but not `~` and `:`. The run may be empty.
fn check_old_style(part: Part, value: &str) -> Result<(), Fault> {
    if part == Part::Run && value.is_empty() {
        return Ok(());
    }
    check(part.name(), value, &OLD_PART)
}
