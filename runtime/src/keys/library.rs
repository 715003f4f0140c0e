//! Keys of content libraries, and of blocks, collections and containers in them.

use super::{
    error::{Fault, KeyError},
    slugs::{Form, Slug, part},
    text::{KeyText, key},
};

/// Makes a type for keys of the form `$namespace:org:slug:…`, where `$rest` are the parts after the slug.
macro_rules! library_key {
    ($(#[$docs:meta])* $type:ident, $noun:literal, $namespace:literal $(, $rest:expr)*) => {
        $(#[$docs])*
        #[derive(Clone)]
        pub struct $type {
            pub(super) text: KeyText,
        }

        key!($type, $noun, self => self.text.as_str());

        impl $type {
            const PARTS: usize = 2 + <[&str]>::len(&[$(stringify!($rest)),*]);
            const FORM: Form<{ Self::PARTS }> = Form {
                namespace: $namespace,
                refusal: concat!("is not `", $namespace, "`"),
                parts: [Slug::ascii("org"), Slug::any("slug") $(, $rest)*],
            };

            /// Returns the library's organization.
            #[must_use]
            pub fn org(&self) -> &str {
                part(self.as_str(), 0)
            }

            /// Returns the library's name in the organization.
            #[must_use]
            pub fn slug(&self) -> &str {
                part(self.as_str(), 1)
            }

            #[doc = concat!("Returns `", stringify!($type), "`, the name of Python's class for this key.")]
            #[must_use]
            pub fn class_name(&self) -> &'static str {
                stringify!($type)
            }

            /// Returns `false`: keys of this type have no old style.
            #[must_use]
            pub fn is_deprecated(&self) -> bool {
                false
            }

            fn from_parts(parts: [&str; Self::PARTS]) -> Result<Self, KeyError> {
                let text = Self::FORM.join(parts).map_err(|fault| fault.in_a(Self::NOUN))?;
                Ok(Self { text })
            }

            pub(super) fn parse(text: &str) -> Result<Self, Fault> {
                Ok(Self { text: Self::FORM.parse(text)? })
            }
        }
    };
}

library_key! {
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
    /// Legacy libraries have a [`CourseKey`](super::CourseKey).
    LibraryLocatorV2, "library key", "lib"
}

library_key! {
    /// The key of a block in a content library: Python's `LibraryUsageLocatorV2`.
    ///
    /// It converts to a [`UsageKey`](super::UsageKey) and back.
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
    LibraryUsageLocatorV2, "library block key", "lb", Slug::ascii("block_type"), Slug::any("usage_id")
}

library_key! {
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
    LibraryCollectionLocator, "library collection key", "lib-collection", Slug::any("collection_id")
}

library_key! {
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
    LibraryContainerLocator, "library container key", "lct", Slug::ascii("container_type"), Slug::any("container_id")
}

impl LibraryLocatorV2 {
    /// Makes the key `lib:org:slug`.
    ///
    /// # Errors
    ///
    /// If a part is empty, or has a character other than letters, digits, `_`, `-` and `.`, which must be ASCII in
    /// `org`.
    pub fn new(org: &str, slug: &str) -> Result<Self, KeyError> {
        Self::from_parts([org, slug])
    }

    /// Makes the key from parts of another valid key.
    pub(super) fn of(org: &str, slug: &str) -> Self {
        Self { text: Self::FORM.join_checked([org, slug]) }
    }
}

macro_rules! in_a_library {
    ($($type:ident)*) => {$(
        impl $type {
            /// Returns the key of the library.
            #[must_use]
            pub fn lib_key(&self) -> LibraryLocatorV2 {
                LibraryLocatorV2::of(self.org(), self.slug())
            }
        }
    )*};
}

in_a_library! { LibraryUsageLocatorV2 LibraryCollectionLocator LibraryContainerLocator }

impl LibraryUsageLocatorV2 {
    /// Makes the key of a block in the library `lib_key`.
    ///
    /// # Errors
    ///
    /// If a part is empty, or has a character other than letters, digits, `_`, `-` and `.`, which must be ASCII in
    /// `block_type`.
    pub fn new(lib_key: &LibraryLocatorV2, block_type: &str, usage_id: &str) -> Result<Self, KeyError> {
        Self::from_parts([lib_key.org(), lib_key.slug(), block_type, usage_id])
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

    /// Makes the error for a usage key of another kind.
    pub(super) fn other_namespace() -> KeyError {
        Fault::namespace(Self::FORM.refusal).in_a(Self::NOUN)
    }
}

impl LibraryCollectionLocator {
    /// Makes the key of a collection in the library `lib_key`.
    ///
    /// # Errors
    ///
    /// If `collection_id` is empty, or has a character other than letters, digits, `_`, `-` and `.`.
    pub fn new(lib_key: &LibraryLocatorV2, collection_id: &str) -> Result<Self, KeyError> {
        Self::from_parts([lib_key.org(), lib_key.slug(), collection_id])
    }

    /// Returns the collection's name in the library.
    #[must_use]
    pub fn collection_id(&self) -> &str {
        part(self.as_str(), 2)
    }
}

impl LibraryContainerLocator {
    /// Makes the key of a container in the library `lib_key`.
    ///
    /// # Errors
    ///
    /// If a part is empty, or has a character other than letters, digits, `_`, `-` and `.`, which must be ASCII in
    /// `container_type`.
    pub fn new(
        lib_key: &LibraryLocatorV2,
        container_type: &str,
        container_id: &str,
    ) -> Result<Self, KeyError> {
        Self::from_parts([lib_key.org(), lib_key.slug(), container_type, container_id])
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
}
