use crate::keys::{CcxLocator, CourseKey, LearningContextKey, LibraryLocatorV2};

const VERSION: &str = "519665f6223ebd6980884f2b";

fn course(text: &str) -> CourseKey {
    text.parse().unwrap()
}

#[test]
fn an_old_course_may_have_no_run() {
    let key = course("o/c/");
    assert_eq!(key, CourseKey::new_old_style("o", "c", "").unwrap());
    assert_eq!(key.run(), Some(""));
    assert!(key.is_deprecated());
    assert_eq!(key.class_name(), "CourseLocator");
}

#[test]
fn libraries_answer_as_in_python() {
    let key = CourseKey::new_library("o", "l").unwrap();
    assert_eq!((key.course(), key.run(), key.library()), (Some("l"), Some("library"), Some("l")));
    assert!(!key.is_course());
    assert_eq!(course("course-v1:o+c+r").library(), None);
}

#[test]
fn branches_change() {
    let key = course(&format!("course-v1:o+c+r+branch@b+version@{VERSION}"));
    assert_eq!(key.for_branch(Some("draft")).unwrap().as_str(), "course-v1:o+c+r+branch@draft");
    assert_eq!(key.for_branch(None).unwrap().as_str(), "course-v1:o+c+r");
    let ccx = course("ccx-v1:o+c+r+ccx@1");
    assert_eq!(ccx.for_branch(Some("b")).unwrap().as_str(), "ccx-v1:o+c+r+branch@b+ccx@1");
    assert_eq!(course("o/c/r").for_branch(None).unwrap().as_str(), "o/c/r");
    assert_eq!(course("o/c/r").for_branch(Some("b")).unwrap_err().part(), "branch");
    assert_eq!(key.for_branch(Some("b c")).unwrap_err().offset(), 1);
    let version_only = course(&format!("course-v1:version@{VERSION}"));
    assert_eq!(version_only.for_branch(None).unwrap_err().part(), "org");
}

#[test]
fn ccxs_come_from_courses() {
    let ccx = CcxLocator::new(&course("course-v1:o+c+r+branch@b"), 7).unwrap();
    assert_eq!(ccx.as_str(), "ccx-v1:o+c+r+branch@b+ccx@7");
    assert_eq!(CcxLocator::new(&ccx, 8).unwrap().as_str(), "ccx-v1:o+c+r+branch@b+ccx@8");
    assert!(CcxLocator::new(&course("o/c/r"), 7).is_err());
    assert!(CcxLocator::new(&course("library-v1:o+l"), 7).is_err());
    assert!(CcxLocator::try_from(course("course-v1:o+c+r")).is_err());
}

#[test]
fn a_learning_context_is_a_course_or_a_library() {
    let key: LearningContextKey = "lib:o:s".parse().unwrap();
    assert_eq!(key, LibraryLocatorV2::new("o", "s").unwrap().into());
    assert_eq!((key.org(), key.class_name(), key.is_course()), (Some("o"), "LibraryLocatorV2", false));
    let key: LearningContextKey = "o/c/r".parse().unwrap();
    assert_eq!(key, course("o/c/r").into());
    assert!(key.is_course() && key.is_deprecated());
}
