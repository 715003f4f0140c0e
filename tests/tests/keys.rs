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

    fn deprecated(&self) -> bool;

    /// Returns the course or library that contains it.
    fn context(&self) -> Option<String>;
}

/// Implements [`Key`] with the parts and the context of a key.
macro_rules! keys {
    ($($type:ty, $key:ident: $object:expr, in $context:expr;)*) => {$(
        impl Key for $type {
            fn object(&self) -> Value {
                let $key = self;
                $object
            }

            fn deprecated(&self) -> bool {
                self.is_deprecated()
            }

            fn context(&self) -> Option<String> {
                let $key = self;
                let _ = $key;
                $context
            }
        }
    )*};
}

#[allow(clippy::needless_pass_by_value, reason = "short calls")]
fn object(class: &str, parts: Value) -> Value {
    json!({"class": class, "parts": parts})
}

keys! {
    CourseKey, key: {
        let mut parts = json!({"org": key.org(), "branch": key.branch(), "version_guid": key.version_guid()});
        if key.is_course() {
            parts["course"] = json!(key.course());
            parts["run"] = json!(key.run());
        } else {
            parts["library"] = json!(key.library());
        }
        if let Some(ccx) = key.ccx() {
            parts["ccx"] = json!(ccx);
        }
        object(key.class_name(), parts)
    }, in None;
    CcxLocator, key: object(key.class_name(), json!({
        "org": key.org(),
        "course": key.course(),
        "run": key.run(),
        "branch": key.branch(),
        "version_guid": key.version_guid(),
        "ccx": key.ccx(),
    })), in None;
    LearningContextKey, key: match key {
        Self::Course(key) => key.object(),
        Self::Library(key) => key.object(),
        other => panic!("unexpected kind of key: {other}"),
    }, in None;
    LibraryLocatorV2, key: object(key.class_name(), json!({"org": key.org(), "slug": key.slug()})), in None;
    LibraryUsageLocatorV2, key: object(key.class_name(), json!({
        "lib_key": key.lib_key().object(),
        "block_type": key.block_type(),
        "usage_id": key.usage_id(),
    })), in Some(key.lib_key().to_string());
    LibraryCollectionLocator, key: object(key.class_name(), json!({
        "lib_key": key.lib_key().object(),
        "collection_id": key.collection_id(),
    })), in Some(key.lib_key().to_string());
    LibraryContainerLocator, key: object(key.class_name(), json!({
        "lib_key": key.lib_key().object(),
        "container_type": key.container_type(),
        "container_id": key.container_id(),
    })), in Some(key.lib_key().to_string());
    UsageKey, key: {
        let block = json!({"block_type": key.block_type(), "block_id": key.block_id()});
        let parts = match (key.usage_key(), key.class_name()) {
            (Some(usage_key), _) => json!({"usage_key": usage_key.object(), "aside_type": key.aside_type()}),
            (None, "LibraryUsageLocatorV2") => {
                let key = LibraryUsageLocatorV2::try_from(key.clone());
                return key.expect("its class is LibraryUsageLocatorV2").object();
            }
            (None, "LibraryUsageLocator") => with(block, "library_key", course_of(key)),
            (None, _) => with(block, "course_key", course_of(key)),
        };
        object(key.class_name(), parts)
    }, in key.context_key().map(|key| key.to_string());
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

fn check<K: Key>(class: &str) -> Result<(), Box<dyn Error>> {
    let golden = golden::opaque_keys();
    let cases = |name: &str| golden[class][name].as_array().cloned().ok_or("the cases are missing");

    for case in cases("valid")? {
        let input = case["input"].as_str().ok_or("no input")?;
        let key: K = input.parse().map_err(|error| format!("{input:?}: {error}"))?;
        assert_eq!(key.object(), json!({"class": case["class"], "parts": case["parts"]}), "{input:?}");
        assert_eq!(key.to_string(), case["canonical"].as_str().unwrap_or(input), "{input:?}");
        assert_eq!(key.deprecated(), case["deprecated"] == true, "{input:?}");
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
