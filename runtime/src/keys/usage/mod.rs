//! Keys of blocks, the building blocks of courses and libraries.
//!
//! One file per form of their text. This folder may use the other keys.

mod aside;
mod class;
mod joined;
mod old_style;

use std::sync::Arc;

use self::{class::UsageClass, joined::LOCATION};
use super::{
    context::LearningContextKey,
    course::CourseKey,
    course_class::CourseClass,
    error::{Fault, KeyError},
    fields::KeyFields,
    library::{LibraryLocatorV2, LibraryUsageLocatorV2},
    part::Part,
    text::{KeyText, key, split_once},
};

/// The key of a block in a course or a library: Python's `UsageKey`.
///
/// | text | Python's class |
/// |---|---|
/// | `block-v1:org+course+run+type@html+block@intro` | `BlockUsageLocator` |
/// | `i4x://org/course/html/intro` | `BlockUsageLocator`, deprecated |
/// | `ccx-block-v1:org+course+run+ccx@7+type@html+block@intro` | `CCXBlockUsageLocator` |
/// | `lib-block-v1:org+library+type@html+block@intro` | `LibraryUsageLocator` |
/// | `lb:org:library:html:intro` | `LibraryUsageLocatorV2` |
/// | `location:org+course+run+html+intro` | `DeprecatedLocation` |
/// | `aside-usage-v1:…::aside`, `aside-usage-v2:…::aside` | `AsideUsageKeyV1`, `AsideUsageKeyV2` |
///
/// ```
/// use openedx_events::keys::{CourseKey, UsageKey};
///
/// let key: UsageKey = "block-v1:edX+DemoX+2026+type@html+block@intro".parse()?;
/// assert_eq!(key.block_type(), Some("html"));
/// assert_eq!(key.block_id(), "intro");
/// assert_eq!(key.course_key(), Some(CourseKey::new("edX", "DemoX", "2026")?));
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
///
/// Two keys are equal if their canonical texts are. As with [`CourseKey`], a few texts that Python accepts have a
/// canonical text with fewer parts, or with other ones (`type@None` for a block without a type).
#[derive(Clone)]
pub struct UsageKey {
    text: KeyText,
    /// The key of the aside's block.
    usage_key: Option<Arc<UsageKey>>,
}

key!(UsageKey, "usage key", self => self.text.as_str());

impl UsageKey {
    /// Makes the key of a block in a course: Python's `CourseKey.make_usage_key`.
    ///
    /// The kind of the course's key decides the kind of the block's: `ccx-block-v1:` in a CCX, `lib-block-v1:` in a
    /// library, and `i4x://` in an old-style course, whose text loses the run.
    ///
    /// ```
    /// # use openedx_events::keys::{CourseKey, UsageKey};
    /// let course = CourseKey::new("edX", "DemoX", "2026")?;
    /// let key = UsageKey::new(&course, "html", "intro")?;
    /// assert_eq!(key.as_str(), "block-v1:edX+DemoX+2026+type@html+block@intro");
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a part is empty, or has a character other than letters, digits, `_`, `-`, `~`, `.` and `:`. In the old
    /// style, `%` is allowed too, and the type of a block may have any character except `/`.
    pub fn new(course: &CourseKey, block_type: &str, block_id: &str) -> Result<Self, KeyError> {
        match course.class() {
            Some(class) => Self::joined_in(class, course.fields(), block_type, block_id),
            None => Self::old_style_in(course, block_type, block_id),
        }
        .map_err(|fault| fault.in_a(Self::NOUN))
    }

    /// Makes the key of an aside, which stores additional data of a block: Python's `AsideUsageKeyV2`.
    ///
    /// ```
    /// # use openedx_events::keys::UsageKey;
    /// let block: UsageKey = "lb:MITx:hard-problems:problem:p1".parse()?;
    /// let aside = UsageKey::new_aside(&block, "tags");
    /// assert_eq!(aside.as_str(), "aside-usage-v2:lb$:MITx$:hard-problems$:problem$:p1::tags");
    /// assert_eq!(aside.aside_type(), Some("tags"));
    /// assert_eq!(aside.usage_key(), Some(&block));
    /// # Ok::<(), openedx_events::keys::KeyError>(())
    /// ```
    #[must_use]
    pub fn new_aside(usage_key: &UsageKey, aside_type: &str) -> Self {
        Self::aside_of(UsageClass::AsideV2, usage_key.clone(), aside_type, "")
    }

    /// Returns the organization, or `None` if the key has only a version. For an aside, this and the following
    /// functions return the parts of its block.
    #[must_use]
    pub fn org(&self) -> Option<&str> {
        self.part(Part::Org)
    }

    /// Returns the course's name or number; for a legacy library its name, as in Python.
    #[must_use]
    pub fn course(&self) -> Option<&str> {
        if self.block().class() == UsageClass::LibraryBlockV2 { None } else { self.part(Part::Course) }
    }

    /// Returns the course's run, which old keys (`i4x://`) lack; for a legacy library always `library`, as in Python.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        if self.block().class() == UsageClass::In(CourseClass::Library) {
            Some("library")
        } else {
            self.part(Part::Run)
        }
    }

    /// Returns the library's name, if the block is in a library of either kind.
    #[must_use]
    pub fn library(&self) -> Option<&str> {
        match self.block().class() {
            UsageClass::In(CourseClass::Library) | UsageClass::LibraryBlockV2 => self.part(Part::Course),
            _ => None,
        }
    }

    /// Returns the branch, such as `draft`; in old keys the revision.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.part(Part::Branch)
    }

    /// Returns the version of the course: 24 hexadecimal digits in lower case.
    #[must_use]
    pub fn version_guid(&self) -> Option<&str> {
        self.part(Part::Version)
    }

    /// Returns the number of the CCX, if the block is in one: digits, which need not be ASCII.
    #[must_use]
    pub fn ccx(&self) -> Option<&str> {
        self.part(Part::Ccx)
    }

    /// Returns the type of the block, such as `problem`. Python accepts keys without one, and prints it as `None`.
    #[must_use]
    pub fn block_type(&self) -> Option<&str> {
        self.part(Part::BlockType)
    }

    /// Returns the block's name in its course or library.
    #[must_use]
    pub fn block_id(&self) -> &str {
        self.part(Part::BlockId).unwrap_or_default()
    }

    /// Returns the type of the aside, if this is the key of an aside.
    #[must_use]
    pub fn aside_type(&self) -> Option<&str> {
        self.usage_key.is_some().then(|| self.read_aside_type())
    }

    /// Returns the key of the aside's block, if this is the key of an aside.
    #[must_use]
    pub fn usage_key(&self) -> Option<&UsageKey> {
        self.usage_key.as_deref()
    }

    /// Returns the course, the CCX or the legacy library of the block.
    ///
    /// It is `None` for a block in a content library, which [`context_key`](Self::context_key) returns, and for old
    /// keys (`i4x://`), which lack the run: Python makes a course key for them that it cannot print.
    #[must_use]
    pub fn course_key(&self) -> Option<CourseKey> {
        let block = self.block();
        let class = block.class().course_class()?;
        Some(CourseKey::from_checked("", class, &block.fields()))
    }

    /// Returns the course or the library of the block. It is `None` for old keys (`i4x://`), as in
    /// [`course_key`](Self::course_key).
    #[must_use]
    pub fn context_key(&self) -> Option<LearningContextKey> {
        let fields = self.block().fields();
        match (self.block().class(), fields.get(Part::Org), fields.get(Part::Course)) {
            (UsageClass::LibraryBlockV2, Some(org), Some(slug)) => {
                Some(LearningContextKey::Library(LibraryLocatorV2::of(org, slug)))
            }
            _ => self.course_key().map(LearningContextKey::Course),
        }
    }

    /// Returns the name of Python's class for this key, such as `BlockUsageLocator`.
    #[must_use]
    pub fn class_name(&self) -> &'static str {
        self.class().name()
    }

    /// Returns whether the key is in the old style, `i4x://org/course/type/name`; the key of an aside never is.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        self.class() == UsageClass::OldStyle
    }

    /// Returns the key of the block: the key itself, or for an aside the innermost key.
    fn block(&self) -> &Self {
        let mut key = self;
        while let Some(usage_key) = &key.usage_key {
            key = usage_key;
        }
        key
    }

    fn part(&self, part: Part) -> Option<&str> {
        self.block().fields().get(part)
    }

    /// Returns the class of the text's namespace, and the text after it.
    fn split(&self) -> (UsageClass, &str) {
        // Every key was parsed or made with one of these namespaces.
        split(self.as_str()).unwrap_or((UsageClass::In(CourseClass::Course), ""))
    }

    fn class(&self) -> UsageClass {
        self.split().0
    }

    /// Returns the parts of a key that is not an aside's.
    fn fields(&self) -> KeyFields<'_> {
        let mut fields = KeyFields::default();
        let (class, rest) = self.split();
        match class {
            UsageClass::OldStyle => old_style::set_fields(&mut fields, rest),
            UsageClass::LibraryBlockV2 => fields.set_all(LIBRARY_BLOCK, rest.split(':')),
            UsageClass::Location => fields.set_all(LOCATION, rest.split('+')),
            // It cannot fail: the text was parsed before, or made from valid parts.
            UsageClass::In(class) => {
                fields.parse(self.text.extra().unwrap_or(rest), class.dialect()).unwrap_or_default();
            }
            UsageClass::AsideV1 | UsageClass::AsideV2 => {}
        }
        fields
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let Some((class, rest)) = split(text) else {
            return Err(Fault::namespace(UNKNOWN));
        };
        let parsed = match class {
            UsageClass::LibraryBlockV2 => return LibraryUsageLocatorV2::parse(text).map(Self::from),
            UsageClass::Location => Self::parse_location(text, rest),
            UsageClass::In(class) => Self::parse_joined(class, text, rest),
            UsageClass::OldStyle => Self::parse_old_style(text, rest),
            UsageClass::AsideV1 | UsageClass::AsideV2 => Self::parse_aside(class, text, rest),
        };
        parsed.map_err(|fault| fault.after(text.len() - rest.len()))
    }

    /// Makes the key with this text, which is not an aside's.
    fn block_of(text: KeyText) -> Self {
        Self { text, usage_key: None }
    }
}

impl From<LibraryUsageLocatorV2> for UsageKey {
    fn from(key: LibraryUsageLocatorV2) -> Self {
        Self::block_of(key.text)
    }
}

impl TryFrom<UsageKey> for LibraryUsageLocatorV2 {
    type Error = KeyError;

    fn try_from(key: UsageKey) -> Result<Self, KeyError> {
        match key.class() {
            UsageClass::LibraryBlockV2 => Ok(Self { text: key.text }),
            _ => Err(Self::other_namespace()),
        }
    }
}

fn split(text: &str) -> Option<(UsageClass, &str)> {
    let (namespace, rest) = split_once(text, b':')?;
    Some((UsageClass::from_namespace(namespace)?, rest))
}

/// The parts after `lb:`, in order.
const LIBRARY_BLOCK: [Part; 4] = [Part::Org, Part::Course, Part::BlockType, Part::BlockId];

const UNKNOWN: &str = "must be one of `block-v1`, `lb`, `lib-block-v1`, `ccx-block-v1`, `i4x`, `location`, \
                       `aside-usage-v1`, `aside-usage-v2`";
