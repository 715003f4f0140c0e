use crate::keys::{CourseKey, UsageKey};

fn usage(text: &str) -> UsageKey {
    text.parse().unwrap()
}

fn course(text: &str) -> CourseKey {
    text.parse().unwrap()
}

#[test]
fn the_kind_of_a_key_follows_from_its_course() {
    for (key, text) in [
        ("course-v1:o+c+r+branch@b", "block-v1:o+c+r+branch@b+type@t+block@x"),
        ("library-v1:o+l", "lib-block-v1:o+l+type@t+block@x"),
        ("ccx-v1:o+c+r+ccx@7", "ccx-block-v1:o+c+r+ccx@7+type@t+block@x"),
    ] {
        let block = UsageKey::new(&course(key), "t", "x").unwrap();
        assert_eq!(block, usage(text));
        assert_eq!(block.course_key(), Some(course(key)));
        assert_eq!(block.context_key(), Some(course(key).into()));
    }
    let old = UsageKey::new(&course("o/c/r"), "t", "x%20").unwrap();
    assert_eq!(old, usage("i4x://o/c/t/x%20"));
    assert_eq!((old.run(), old.course_key(), old.context_key()), (None, None, None));
}

#[test]
fn constructors_check_the_block() {
    let key = course("course-v1:o+c+r");
    assert_eq!(UsageKey::new(&key, "t", "x%20").unwrap_err().offset(), 1);
    assert_eq!(UsageKey::new(&key, "", "x").unwrap_err().part(), "block_type");
    assert_eq!(UsageKey::new(&course("o/c/r"), "t/u", "x").unwrap_err().offset(), 1);
}

#[test]
fn a_block_without_a_type_is_printed_as_in_python() {
    let key = usage("block-v1:o+c+r+block@b");
    assert_eq!(key.as_str(), "block-v1:o+c+r+type@None+block@b");
    assert_eq!(key.block_type(), None);
    assert_eq!(usage(key.as_str()).block_type(), Some("None"));
    assert!("lib-block-v1:o+l+block@b".parse::<UsageKey>().is_err());
}

#[test]
fn parts_that_the_text_leaves_out_stay_in_the_course_key() {
    let key = usage("block-v1:o+c+version@519665f6223ebd6980884f2b+type@t+block@b");
    assert_eq!(key.as_str(), "block-v1:version@519665f6223ebd6980884f2b+type@t+block@b");
    assert_eq!(key.course_key().unwrap().org(), Some("o"));
}

#[test]
fn old_keys_have_a_revision_and_any_type() {
    let key = usage("i4x://o/c/a type@x/name@draft");
    assert_eq!((key.block_type(), key.block_id(), key.branch()), (Some("a type@x"), "name", Some("draft")));
    assert!(key.is_deprecated());
    assert_eq!(key.class_name(), "BlockUsageLocator");
    for text in ["i4x:////o/c/t/n", "i4x://o/c/t/n@", "i4x://o/c/t/n@r@s", "i4x://o/c/t/n/m", "i4x:"] {
        assert!(text.parse::<UsageKey>().is_err(), "{text}");
    }
}

#[test]
fn asides_answer_for_their_block() {
    let block = usage("block-v1:o+c+r+type@t+block@a::b");
    let aside = UsageKey::new_aside(&UsageKey::new_aside(&block, "inner"), "x$y::z:");
    assert_eq!(usage(aside.as_str()), aside);
    assert_eq!(usage(aside.as_str()).aside_type(), Some("x$y::z:"));
    assert_eq!((aside.block_id(), aside.course_key()), ("a::b", block.course_key()));
    assert_eq!(aside.usage_key().and_then(UsageKey::aside_type), Some("inner"));
    assert_eq!(aside.usage_key().and_then(UsageKey::usage_key), Some(&block));
    assert_eq!((block.aside_type(), block.usage_key()), (None, None));
}

#[test]
fn the_text_in_an_aside_becomes_canonical() {
    let aside = usage("aside-usage-v1:block-v1:o+c+r+block@b");
    assert_eq!(aside.as_str(), "aside-usage-v1:block-v1:o+c+r+type@None+block@b::");
    assert_eq!((aside.aside_type(), aside.block_type()), (Some(""), None));
}

#[test]
fn hostile_nesting_is_refused_or_shallow() {
    let deep = "aside-usage-v1:".repeat(100_000);
    assert!(deep.parse::<UsageKey>().is_err());
    assert!(format!("aside-usage-v2:{}", "$".repeat(1_000_000)).parse::<UsageKey>().is_err());
    let mut key = usage("i4x://o/c/t/n");
    while key.as_str().len() < 100_000 {
        key = UsageKey::new_aside(&key, "t");
    }
    assert_eq!(usage(key.as_str()), key);
}
