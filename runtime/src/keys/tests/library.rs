use crate::keys::{
    LibraryCollectionLocator, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2, UsageKey,
};

fn library() -> LibraryLocatorV2 {
    LibraryLocatorV2::new("org", "zoë").unwrap()
}

#[test]
fn constructors_make_the_text_that_is_read() {
    let usage = LibraryUsageLocatorV2::new(&library(), "html", "b").unwrap();
    assert_eq!(usage, "lb:org:zoë:html:b".parse().unwrap());
    let collection = LibraryCollectionLocator::new(&library(), "c").unwrap();
    assert_eq!(collection, "lib-collection:org:zoë:c".parse().unwrap());
    let container = LibraryContainerLocator::new(&library(), "unit", "u").unwrap();
    assert_eq!(container, "lct:org:zoë:unit:u".parse().unwrap());
    for lib_key in [usage.lib_key(), collection.lib_key(), container.lib_key()] {
        assert_eq!(lib_key, library());
    }
}

#[test]
fn the_org_and_types_are_ascii() {
    assert_eq!(LibraryLocatorV2::new("zoë", "s").unwrap_err().part(), "org");
    assert_eq!(LibraryUsageLocatorV2::new(&library(), "é", "b").unwrap_err().part(), "block_type");
    assert_eq!(LibraryContainerLocator::new(&library(), "é", "c").unwrap_err().part(), "container_type");
    assert!(LibraryCollectionLocator::new(&library(), "é").is_ok());
}

#[test]
fn library_blocks_are_usage_keys() {
    let key = LibraryUsageLocatorV2::new(&library(), "html", "b").unwrap();
    let usage = UsageKey::from(key.clone());
    assert_eq!((usage.org(), usage.course(), usage.library()), (Some("org"), None, Some("zoë")));
    assert_eq!(usage.context_key(), Some(library().into()));
    assert_eq!(LibraryUsageLocatorV2::try_from(usage).unwrap(), key);
    let block: UsageKey = "block-v1:o+c+r+type@t+block@b".parse().unwrap();
    assert_eq!(LibraryUsageLocatorV2::try_from(block).unwrap_err().part(), "namespace");
}
