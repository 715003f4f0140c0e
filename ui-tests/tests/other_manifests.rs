//! Checks the messages that depend on the `Cargo.toml` of a package.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

const DEFINITIONS: &str = "\
/// A course.
#[facade::payload]
pub struct CourseData {
    /// The title.
    pub title: String,
}

/// Sent when a course was created.
#[facade::event(type = \"com.example.learning.course.created.v1\")]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

#[facade::receiver(COURSE_CREATED)]
fn notify(course: &CourseData) {
    println!(\"{}\", course.title);
}

fn main() {
    let course = CourseData::builder().title(\"Odes\").build();
    assert!(COURSE_CREATED.send_event(CourseCreated { course }).all_ok());
}
";

/// A crate that re-exports the macros hides the runtime from their expansions.
#[test]
fn a_forgotten_path_is_one_error_for_each_attribute() {
    let runtime = root().join("runtime");
    let facade =
        write("facade", &format!("openedx-events = {{ path = {runtime:?} }}"), "pub use openedx_events::*;");
    let errors = check(&write("forgotten", &format!("facade = {{ path = {facade:?} }}"), DEFINITIONS));
    assert_eq!(errors.len(), 3, "{}", errors.join("\n"));
    for error in errors {
        assert!(error.starts_with("error: this package does not depend on `openedx-events`\n"), "{error}");
        assert!(
            error.contains("help: add `openedx-events` to the dependencies, or write `crate = facade`"),
            "{error}"
        );
    }
}

#[test]
fn a_renamed_dependency_needs_no_path() {
    let runtime = root().join("runtime");
    let renamed = format!("facade = {{ path = {runtime:?}, package = \"openedx-events\" }}");
    let errors = check(&write("renamed", &renamed, DEFINITIONS));
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_message_about_a_missing_module_names_its_feature() {
    let runtime = root().join("runtime");
    let bare = format!("openedx-events = {{ path = {runtime:?}, default-features = false }}");
    let main = "use openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED;\n\
                fn main() { println!(\"{:?}\", COURSE_ENROLLMENT_CREATED); }\n";
    let errors = check(&write("bare", &bare, main));
    let [error] = errors.as_slice() else { panic!("{}", errors.join("\n")) };
    assert!(error.contains("the item is gated behind the `catalog` feature"), "{error}");
}

/// In the edition 2015, `::core` is a module of the user's crate.
#[test]
fn mistakes_are_reported_in_the_oldest_edition() {
    let runtime = root().join("runtime");
    let main = "\
extern crate openedx_events;

/// A course.
#[openedx_events::payload]
pub struct CourseData {
    /// The title.
    pub title: &'static str,
}

/// Sent when a course was created.
#[openedx_events::event(type = \"com.example.learning.course.create.v1\")]
pub struct CourseCreated {
    /// The course.
    pub course: String,
}

#[openedx_events::receiver]
fn notify(course: &String) {
    println!(\"{}\", course);
}

fn main() {}
";
    let package = write_in("2015", "oldest", &format!("openedx-events = {{ path = {runtime:?} }}"), main);
    let errors = check(&package);
    let beginnings = errors.iter().map(|error| error.lines().next().unwrap_or_default());
    let expected = [
        "error: field `title` borrows its value",
        "error: action `create` of event type `com.example.learning.course.create.v1` is not in the past tense",
        "error: `#[receiver]` does not name a signal",
    ];
    assert_eq!(beginnings.filter(|line| line.starts_with("error")).collect::<Vec<_>>(), expected);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above this package").to_owned()
}

/// Writes a package with the source `main`, or a library if there is no `fn main`, and returns its folder.
fn write(name: &str, dependency: &str, main: &str) -> PathBuf {
    write_in("2024", name, dependency, main)
}

fn write_in(edition: &str, name: &str, dependency: &str, main: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("other_manifests").join(name);
    let manifest = format!(
        "[package]\nname = {name:?}\nedition = {edition:?}\n\n[workspace]\n\n[dependencies]\n{dependency}\n"
    );
    let file = if main.contains("fn main") { "main.rs" } else { "lib.rs" };
    fs::create_dir_all(package.join("src")).expect("a folder in the target directory");
    for copied in ["Cargo.lock", "rust-toolchain.toml"] {
        fs::copy(root().join(copied), package.join(copied)).expect("a file of the workspace");
    }
    fs::write(package.join("Cargo.toml"), manifest).expect("the manifest can be written");
    fs::write(package.join("src").join(file), main).expect("the source can be written");
    package
}

/// Returns the errors and warnings about the package.
fn check(package: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--message-format=json"])
        .current_dir(package)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("one_diagnostic/target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let messages: Vec<Value> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert!(!messages.is_empty(), "cargo: {}", String::from_utf8_lossy(&output.stderr));
    let about_code = |message: &&Value| {
        message["reason"] == "compiler-message"
            && message["message"]["spans"].as_array().is_some_and(|spans| !spans.is_empty())
    };
    let rendered = messages.iter().filter(about_code).map(|message| &message["message"]["rendered"]);
    rendered.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}
