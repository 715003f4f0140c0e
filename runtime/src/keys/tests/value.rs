use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde::de::{IntoDeserializer, value::Error};

use crate::{
    avro::Decoder,
    avro_type::AvroType,
    keys::{CcxLocator, CourseKey, KeyError, LearningContextKey, LibraryLocatorV2, UsageKey},
    schema::Schema,
};

#[test]
fn keys_are_found_by_their_text() {
    let key = CourseKey::new("o", "c", "r").unwrap();
    let grades = HashMap::from([(key.clone(), 1)]);
    assert_eq!(grades.get("course-v1:o+c+r"), Some(&1));
    let other = CourseKey::new("o", "b", "r").unwrap();
    let ordered = BTreeSet::from([key, other]);
    assert_eq!(ordered.first().map(CourseKey::as_str), Some("course-v1:o+b+r"));
}

#[test]
fn keys_print_as_strings() {
    let key = LibraryLocatorV2::new("o", "s").unwrap();
    assert_eq!(format!("{key}|{key:>9}"), "lib:o:s|  lib:o:s");
    assert_eq!(format!("{key:?}"), r#"LibraryLocatorV2("lib:o:s")"#);
    assert_eq!(serde_json::to_value(&key).unwrap(), "lib:o:s");
}

#[test]
fn keys_are_read_from_any_string() {
    let json = r#""course-v1:o+c+r\u002btype@t""#;
    assert_eq!(serde_json::from_str::<CourseKey>(json).unwrap().as_str(), "course-v1:o+c+r");
    let deserializer = IntoDeserializer::<Error>::into_deserializer("o/c/r".to_owned());
    assert_eq!(<CourseKey as serde::Deserialize>::deserialize(deserializer).unwrap().run(), Some("r"));
    let error = serde_json::from_str::<UsageKey>("7").unwrap_err().to_string();
    assert!(error.contains("expected a usage key"), "{error}");
}

#[test]
fn keys_are_strings_in_avro() {
    assert!(matches!(<CourseKey as AvroType>::SCHEMA, Schema::String));
    let key: CcxLocator = "ccx-v1:o+c+r+ccx@7".parse().unwrap();
    let mut bytes = Vec::new();
    key.encode_avro(&mut bytes);
    assert_eq!(bytes, b"\x24ccx-v1:o+c+r+ccx@7");
    assert_eq!(CcxLocator::decode_avro(&mut Decoder::new(&bytes)).unwrap(), key);
    assert_eq!(CcxLocator::from_repr(key.to_repr()).unwrap(), key);
    let error = UsageKey::decode_avro(&mut Decoder::new(&bytes)).unwrap_err();
    assert_eq!((error.offset(), error.expected()), (0, "a usage key"));
}

#[test]
fn errors_name_the_part_and_the_byte() {
    fn error<T: std::str::FromStr<Err = KeyError>>(text: &str) -> (String, usize) {
        let error = text.parse::<T>().err().unwrap();
        (error.part().to_owned(), error.offset())
    }
    let at = |part: &str, offset| (part.to_owned(), offset);
    assert_eq!(error::<CourseKey>("course-v1:o+c"), at("run", 13));
    assert_eq!(error::<CourseKey>("course-v1:o++r"), at("course", 12));
    assert_eq!(error::<CourseKey>("course-v1:o+c+r+s"), at("key", 16));
    assert_eq!(error::<CourseKey>("course-v1:o+c+r+branch@b+branch@b"), at("branch", 25));
    assert_eq!(error::<CourseKey>("course-v1:o+c+r+version@ab"), at("version_guid", 24));
    assert_eq!(error::<CourseKey>("course-v1:o+c+r+ccx@1"), at("key", 16));
    assert_eq!(error::<CourseKey>("o/é/ "), at("run", 5));
    assert_eq!(error::<CourseKey>("o/c"), at("namespace", 0));
    assert_eq!(error::<LearningContextKey>("lib:o"), at("slug", 5));
    assert_eq!(error::<UsageKey>("location:o+c+r+t"), at("block_id", 16));
    assert_eq!(error::<UsageKey>("block-v1:o+c+r+block@b%"), at("block_id", 22));
    assert_eq!(error::<UsageKey>("i4x://o/c/t/n@r "), at("branch", 15));
    assert_eq!(error::<UsageKey>("aside-usage-v2:lb$:o$:l$:t $:u::a"), at("block_type", 26));
    assert_eq!(error::<UsageKey>("aside-usage-v1:lb:o:l:t:u::$"), at("aside_type", 27));
}

#[test]
fn messages_do_not_repeat_the_text() {
    let error = "course-v1:secret+secret+sec\tret".parse::<CourseKey>().unwrap_err();
    assert_eq!(error.to_string(), r"invalid course key: `run` cannot contain '\t' (byte 27)");
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn clones_share_the_text() {
    let key = CourseKey::new("o", "c", "r").unwrap();
    let clone = key.clone();
    assert!(std::ptr::eq(key.as_str(), clone.as_str()));
    assert_eq!(size_of::<CourseKey>(), size_of::<Arc<str>>() + size_of::<usize>());
}
