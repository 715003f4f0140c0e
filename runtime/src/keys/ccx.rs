//! Keys of custom courses.

use std::ops::Deref;

use super::{
    course::CourseKey,
    course_class::CourseClass,
    error::{Fault, KeyError, KeyProblem},
    part::Part,
    text::key,
};

/// The key of a CCX, a coach's own course made from a course run: Python's `CCXLocator`.
///
/// Its text has the parts of the course run and the number of the CCX, as in `ccx-v1:org+course+run+ccx@7`. It
/// dereferences to the same key as a [`CourseKey`], and converts to one and back.
///
/// ```
/// use openedx_events::keys::{CcxLocator, CourseKey};
///
/// let key: CcxLocator = "ccx-v1:edX+DemoX+2026+ccx@7".parse()?;
/// assert_eq!(key.ccx(), "7");
/// assert_eq!(key.to_course_locator(), CourseKey::new("edX", "DemoX", "2026")?);
///
/// let course_key = CourseKey::from(key.clone());
/// assert_eq!(course_key.as_str(), key.as_str());
/// assert_eq!(CcxLocator::try_from(course_key)?, key);
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct CcxLocator {
    key: CourseKey,
}

key!(CcxLocator, "CCX key", self => self.key.as_str());

impl CcxLocator {
    /// Makes the key of CCX number `ccx` of a course run: Python's `CCXLocator.from_course_locator`.
    ///
    /// ```
    /// # use openedx_events::keys::{CcxLocator, CourseKey};
    /// let course = CourseKey::new("edX", "DemoX", "2026")?;
    /// assert_eq!(CcxLocator::new(&course, 7)?.as_str(), "ccx-v1:edX+DemoX+2026+ccx@7");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the course's key is in the old style, or the key of a library.
    pub fn new(course: &CourseKey, ccx: u64) -> Result<Self, KeyError> {
        if !matches!(course.class(), Some(CourseClass::Course | CourseClass::Ccx)) {
            let problem = KeyProblem::Other("is not a new-style key of a course run");
            return Err(Fault::new("course", 0, problem).in_a(Self::NOUN));
        }
        let ccx = ccx.to_string();
        let mut fields = course.fields();
        fields.set(Part::Ccx, &ccx);
        Ok(Self { key: CourseKey::from_checked("", CourseClass::Ccx, &fields) })
    }

    /// Returns the course run from which the CCX was made.
    ///
    /// ```
    /// # use openedx_events::keys::CcxLocator;
    /// let key: CcxLocator = "ccx-v1:edX+DemoX+2026+branch@draft+ccx@7".parse()?;
    /// assert_eq!(key.to_course_locator().as_str(), "course-v1:edX+DemoX+2026+branch@draft");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    #[must_use]
    pub fn to_course_locator(&self) -> CourseKey {
        let mut fields = self.key.fields();
        fields.remove(Part::Ccx);
        CourseKey::from_checked("", CourseClass::Course, &fields)
    }

    /// Returns the number of the CCX: digits, which need not be ASCII.
    #[must_use]
    pub fn ccx(&self) -> &str {
        self.key.ccx().unwrap_or_default()
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        if !text.starts_with("ccx-v1:") {
            return Err(Fault::namespace(NAMESPACE));
        }
        Ok(Self { key: CourseKey::parse_or(text, NAMESPACE)? })
    }
}

const NAMESPACE: &str = "is not `ccx-v1`";

impl Deref for CcxLocator {
    type Target = CourseKey;

    fn deref(&self) -> &CourseKey {
        &self.key
    }
}

impl From<CcxLocator> for CourseKey {
    fn from(ccx: CcxLocator) -> Self {
        ccx.key
    }
}

impl TryFrom<CourseKey> for CcxLocator {
    type Error = KeyError;

    fn try_from(key: CourseKey) -> Result<Self, KeyError> {
        match key.class() {
            Some(CourseClass::Ccx) => Ok(Self { key }),
            _ => Err(Fault::namespace(NAMESPACE).in_a(Self::NOUN)),
        }
    }
}
