//! Keys of libraries.

use super::{
    error::{Fault, KeyError},
    slugs::{Form, Slug, part},
    text::{KeyText, key, one_class},
};

/// The key of a content library: Python's `LibraryLocatorV2`.
///
/// ```
/// use openedx_events::keys::LibraryLocatorV2;
///
/// let key: LibraryLocatorV2 = "lib:MITx:hard-problems".parse()?;
/// assert_eq!(key.org(), "MITx");
/// assert_eq!(key.slug(), "hard-problems");
/// assert_eq!(key, LibraryLocatorV2::new("MITx", "hard-problems")?);
/// # Ok::<(), openedx_events::keys::KeyError>(())
/// ```
///
/// The libraries of the first kind have a [`CourseKey`](super::CourseKey).
#[derive(Clone)]
pub struct LibraryLocatorV2 {
    text: KeyText,
}

const FORM: Form<2> =
    Form { namespace: "lib", refusal: "is not `lib`", parts: [Slug::ascii("org"), Slug::any("slug")] };

key!(LibraryLocatorV2, "library key", self => self.text.as_str());
one_class!(LibraryLocatorV2, "LibraryLocatorV2");

impl LibraryLocatorV2 {
    /// Returns the key `lib:org:slug`.
    ///
    /// # Errors
    ///
    /// Where a part is empty, or has a character other than letters, digits, `_`, `-` and `.`; those of
    /// `org` must be ASCII.
    pub fn new(org: &str, slug: &str) -> Result<Self, KeyError> {
        let text = FORM.join([org, slug]).map_err(|fault| fault.in_a(Self::NOUN))?;
        Ok(Self { text })
    }

    /// Returns the library of a key that begins with its org and its slug.
    pub(super) fn of(org: &str, slug: &str) -> Self {
        Self { text: FORM.join_checked([org, slug]) }
    }

    /// Returns the organization.
    #[must_use]
    pub fn org(&self) -> &str {
        part(self.as_str(), 0)
    }

    /// Returns the library's name among those of the organization.
    #[must_use]
    pub fn slug(&self) -> &str {
        part(self.as_str(), 1)
    }

    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: FORM.parse(text)? })
    }
}

/// The library's part of the key of something in it.
macro_rules! part_of_library {
    ($type:ident) => {
        impl $type {
            /// Returns the library.
            #[must_use]
            pub fn lib_key(&self) -> LibraryLocatorV2 {
                LibraryLocatorV2::of(self.org(), self.slug())
            }

            /// Returns the library's organization.
            #[must_use]
            pub fn org(&self) -> &str {
                part(self.as_str(), 0)
            }

            /// Returns the library's name among those of the organization.
            #[must_use]
            pub fn slug(&self) -> &str {
                part(self.as_str(), 1)
            }
        }
    };
}
pub(super) use part_of_library;
