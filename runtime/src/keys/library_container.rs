//! Keys of containers in libraries.

use super::{
    error::{Fault, KeyError},
    library::{LibraryLocatorV2, part_of_library},
    slugs::{Form, Slug, part},
    text::{KeyText, key, one_class},
};

/// The key of a container, such as a unit, in a content library: Python's `LibraryContainerLocator`.
///
/// ```
/// use openedx_events::keys::LibraryContainerLocator;
///
/// let key: LibraryContainerLocator = "lct:MITx:hard-problems:unit:week-1".parse()?;
/// assert_eq!(key.lib_key().as_str(), "lib:MITx:hard-problems");
/// assert_eq!(key.container_type(), "unit");
/// assert_eq!(key.container_id(), "week-1");
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct LibraryContainerLocator {
    text: KeyText,
}

const FORM: Form<4> = Form {
    namespace: "lct",
    refusal: "is not `lct`",
    parts: [Slug::ascii("org"), Slug::any("slug"), Slug::ascii("container_type"), Slug::any("container_id")],
};

key!(LibraryContainerLocator, "library container key", self => self.text.as_str());
one_class!(LibraryContainerLocator, "LibraryContainerLocator");
part_of_library!(LibraryContainerLocator);

impl LibraryContainerLocator {
    /// Returns the key of a container in the library `lib_key`.
    ///
    /// # Errors
    ///
    /// Where a part is empty, or has a character other than letters, digits, `_`, `-` and `.`; those of
    /// `container_type` must be ASCII.
    pub fn new(
        lib_key: &LibraryLocatorV2,
        container_type: &str,
        container_id: &str,
    ) -> Result<Self, KeyError> {
        let text = FORM.join([lib_key.org(), lib_key.slug(), container_type, container_id]);
        Ok(Self { text: text.map_err(|fault| fault.in_a(Self::NOUN))? })
    }

    /// Returns the type of the container: `unit`, `subsection` or `section`.
    #[must_use]
    pub fn container_type(&self) -> &str {
        part(self.as_str(), 2)
    }

    /// Returns the container's name in the library.
    #[must_use]
    pub fn container_id(&self) -> &str {
        part(self.as_str(), 3)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: FORM.parse(text)? })
    }
}
