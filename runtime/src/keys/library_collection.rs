//! Keys of collections in libraries.

use super::{
    error::{Fault, KeyError},
    library::{LibraryLocatorV2, part_of_library},
    slugs::{Form, Slug, part},
    text::{KeyText, key, one_class},
};

/// The key of a collection in a content library: Python's `LibraryCollectionLocator`.
///
/// ```
/// use openedx_events::keys::LibraryCollectionLocator;
///
/// let key: LibraryCollectionLocator = "lib-collection:MITx:hard-problems:algebra".parse()?;
/// assert_eq!(key.lib_key().as_str(), "lib:MITx:hard-problems");
/// assert_eq!(key.collection_id(), "algebra");
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct LibraryCollectionLocator {
    text: KeyText,
}

const FORM: Form<3> = Form {
    namespace: "lib-collection",
    refusal: "is not `lib-collection`",
    parts: [Slug::ascii("org"), Slug::any("slug"), Slug::any("collection_id")],
};

key!(LibraryCollectionLocator, "library collection key", self => self.text.as_str());
one_class!(LibraryCollectionLocator, "LibraryCollectionLocator");
part_of_library!(LibraryCollectionLocator);

impl LibraryCollectionLocator {
    /// Returns the key of a collection in the library `lib_key`.
    ///
    /// # Errors
    ///
    /// Where `collection_id` is empty, or has a character other than letters, digits, `_`, `-` and `.`.
    pub fn new(lib_key: &LibraryLocatorV2, collection_id: &str) -> Result<Self, KeyError> {
        let text = FORM.join([lib_key.org(), lib_key.slug(), collection_id]);
        Ok(Self { text: text.map_err(|fault| fault.in_a(Self::NOUN))? })
    }

    /// Returns the collection's name in the library.
    #[must_use]
    pub fn collection_id(&self) -> &str {
        part(self.as_str(), 2)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: FORM.parse(text)? })
    }
}
