//! Checks that keys are parsed, refused and printed as in Python. `golden/opaque_keys.json` has the results of edx-opaque-keys
//! 4.0.1 and edx-ccx-keys 2.1.0 on Python 3.12. `GOLDEN_DIR=…` selects other data; `golden/README.md` explains how to generate it.

use std::{error::Error, fmt::Display, str::FromStr};

use openedx_events::{
    AvroType,
    keys::{
        CcxLocator, CourseKey, KeyError, LearningContextKey, LibraryCollectionLocator,
        LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2, UsageKey,
    },
};
use openedx_events_tests::golden;
use serde_json::{Value, json};

/// The view of a key type that the cases check.
trait Key: FromStr<Err = KeyError> + Display + PartialEq + AvroType {
    /// Returns the class and the parts of Python's object.
    fn object(&self) -> Value;

    fn is_deprecated(&self) -> bool;

    /// Returns the course or library that contains it.
    fn context(&self) -> Option<String> {
        None
    }
}

impl Key for CourseKey {
    fn object(&self) -> Value {
        let mut parts =
            json!({"org": self.org(), "branch": self.branch(), "version_guid": self.version_guid()});
        if self.is_course() {
            parts["course"] = json!(self.course());
            parts["run"] = json!(self.run());
        } else {
            parts["library"] = json!(self.library());
        }
        if let Some(ccx) = self.ccx() {
            parts["ccx"] = json!(ccx);
        }
        json!({"class": self.class_name(), "parts": parts})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }
}

impl Key for CcxLocator {
    fn object(&self) -> Value {
        let parts = json!({
            "org": self.org(),
            "course": self.course(),
            "run": self.run(),
            "branch": self.branch(),
            "version_guid": self.version_guid(),
            "ccx": self.ccx(),
        });
        json!({"class": self.class_name(), "parts": parts})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }
}

impl Key for LearningContextKey {
    fn object(&self) -> Value {
        match self {
            Self::Course(key) => key.object(),
            Self::Library(key) => key.object(),
            other => panic!("unexpected kind of key: {other}"),
        }
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }
}

impl Key for LibraryLocatorV2 {
    fn object(&self) -> Value {
        json!({"class": self.class_name(), "parts": {"org": self.org(), "slug": self.slug()}})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }
}

impl Key for LibraryUsageLocatorV2 {
    fn object(&self) -> Value {
        let parts = json!({
            "lib_key": self.lib_key().object(),
            "block_type": self.block_type(),
            "usage_id": self.usage_id(),
        });
        json!({"class": self.class_name(), "parts": parts})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }

    fn context(&self) -> Option<String> {
        Some(self.lib_key().to_string())
    }
}

impl Key for LibraryCollectionLocator {
    fn object(&self) -> Value {
        let parts = json!({"lib_key": self.lib_key().object(), "collection_id": self.collection_id()});
        json!({"class": self.class_name(), "parts": parts})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }

    fn context(&self) -> Option<String> {
        Some(self.lib_key().to_string())
    }
}

impl Key for LibraryContainerLocator {
    fn object(&self) -> Value {
        let parts = json!({
            "lib_key": self.lib_key().object(),
            "container_type": self.container_type(),
            "container_id": self.container_id(),
        });
        json!({"class": self.class_name(), "parts": parts})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }

    fn context(&self) -> Option<String> {
        Some(self.lib_key().to_string())
    }
}

impl Key for UsageKey {
    fn object(&self) -> Value {
        let block = json!({"block_type": self.block_type(), "block_id": self.block_id()});
        let parts = match (self.usage_key(), self.class_name()) {
            (Some(key), _) => json!({"usage_key": key.object(), "aside_type": self.aside_type()}),
            (None, "LibraryUsageLocatorV2") => {
                return LibraryUsageLocatorV2::try_from(self.clone())
                    .expect("its class is LibraryUsageLocatorV2")
                    .object();
            }
            (None, "LibraryUsageLocator") => with(block, "library_key", course_of(self)),
            (None, _) => with(block, "course_key", course_of(self)),
        };
        json!({"class": self.class_name(), "parts": parts})
    }

    fn is_deprecated(&self) -> bool {
        self.is_deprecated()
    }

    fn context(&self) -> Option<String> {
        self.context_key().map(|key| key.to_string())
    }
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

/// Returns the course key of an old key, which Python has but cannot print.
fn course_of(key: &UsageKey) -> Value {
    key.course_key().map_or_else(
        || {
            let parts = json!({
                "org": key.org(),
                "course": key.course(),
                "run": key.run(),
                "branch": key.branch(),
                "version_guid": key.version_guid(),
            });
            json!({"class": "CourseLocator", "parts": parts})
        },
        |course| course.object(),
    )
}

/// Checks the cases of `class`.
fn check<K: Key>(class: &str) -> Result<(), Box<dyn Error>> {
    let golden = golden::opaque_keys();
    let cases = |name: &str| golden[class][name].as_array().cloned().ok_or("the cases are missing");

    for case in cases("valid")? {
        let input = case["input"].as_str().ok_or("no input")?;
        let key: K = input.parse().map_err(|error| format!("{input:?}: {error}"))?;
        assert_eq!(key.object(), json!({"class": case["class"], "parts": case["parts"]}), "{input:?}");
        assert_eq!(key.to_string(), case["canonical"].as_str().unwrap_or(input), "{input:?}");
        assert_eq!(key.is_deprecated(), case["deprecated"] == true, "{input:?}");
        assert_eq!(key.context().as_deref(), case["context"].as_str(), "{input:?}");
        assert!(key.to_string().parse::<K>()? == key, "{input:?}");
    }
    for case in cases("invalid")? {
        let input = case.as_str().ok_or("no input")?;
        let error = input.parse::<K>().err().ok_or_else(|| format!("{input:?} is read"))?;
        assert!(input.is_char_boundary(error.offset()), "{input:?}: {error}");
    }
    Ok(())
}

macro_rules! golden {
    ($($test:ident: $type:ident, $class:literal;)*) => {
        $(#[test]
        fn $test() -> Result<(), Box<dyn Error>> {
            check::<$type>($class)
        })*
    };
}

golden! {
    course_keys: CourseKey, "CourseKey";
    usage_keys: UsageKey, "UsageKey";
    learning_context_keys: LearningContextKey, "LearningContextKey";
    ccx_keys: CcxLocator, "CCXLocator";
    library_keys: LibraryLocatorV2, "LibraryLocatorV2";
    library_block_keys: LibraryUsageLocatorV2, "LibraryUsageLocatorV2";
    library_collection_keys: LibraryCollectionLocator, "LibraryCollectionLocator";
    library_container_keys: LibraryContainerLocator, "LibraryContainerLocator";
}
