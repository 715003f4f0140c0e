//! Keys of blocks in libraries.

use super::{
    error::{Fault, KeyError},
    library::{LibraryLocatorV2, part_of_library},
    slugs::{Form, Slug, part},
    text::{KeyText, key, one_class},
};

/// The key of a block in a content library: Python's `LibraryUsageLocatorV2`.
///
/// It is a [`UsageKey`](super::UsageKey) too, and turns into one and back.
///
/// ```
/// use openedx_events::keys::{LibraryUsageLocatorV2, UsageKey};
///
/// let key: LibraryUsageLocatorV2 = "lb:MITx:hard-problems:problem:p1".parse()?;
/// assert_eq!(key.lib_key().as_str(), "lib:MITx:hard-problems");
/// assert_eq!(key.block_type(), "problem");
/// assert_eq!(key.usage_id(), "p1");
/// assert_eq!(LibraryUsageLocatorV2::try_from(UsageKey::from(key.clone()))?, key);
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct LibraryUsageLocatorV2 {
    pub(super) text: KeyText,
}

const FORM: Form<4> = Form {
    namespace: "lb",
    refusal: "is not `lb`",
    parts: [Slug::ascii("org"), Slug::any("slug"), Slug::ascii("block_type"), Slug::any("usage_id")],
};

key!(LibraryUsageLocatorV2, "library block key", self => self.text.as_str());
one_class!(LibraryUsageLocatorV2, "LibraryUsageLocatorV2");
part_of_library!(LibraryUsageLocatorV2);

impl LibraryUsageLocatorV2 {
    /// Returns the key of a block in the library `lib_key`.
    ///
    /// # Errors
    ///
    /// Where a part is empty, or has a character other than letters, digits, `_`, `-` and `.`; those of
    /// `block_type` must be ASCII.
    pub fn new(lib_key: &LibraryLocatorV2, block_type: &str, usage_id: &str) -> Result<Self, KeyError> {
        let text = FORM.join([lib_key.org(), lib_key.slug(), block_type, usage_id]);
        Ok(Self { text: text.map_err(|fault| fault.in_a(Self::NOUN))? })
    }

    /// Returns the type of the block, such as `problem`.
    #[must_use]
    pub fn block_type(&self) -> &str {
        part(self.as_str(), 2)
    }

    /// Returns the block's name in the library, which Python also calls `block_id`.
    #[must_use]
    pub fn usage_id(&self) -> &str {
        part(self.as_str(), 3)
    }

    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: FORM.parse(text)? })
    }

    /// What is said of a usage key that is none of these.
    pub(super) fn other_namespace() -> KeyError {
        Fault::namespace(FORM.refusal).in_a(Self::NOUN)
    }
}
