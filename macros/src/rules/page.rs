//! The page of rules in the documentation, written from the table and from the cases of `ui-tests`.
//!
//! `UPDATE_RULES=1 cargo test -p openedx-events-macros` writes it again.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{ALL, Kind, Rule};

const INTRODUCTION: &str = "\
The compiler reviews each event design by these rules. A message says what is wrong, why, and what to write.

An *error* cannot be waived. A *convention* can, where it stands: `allow(rule, reason = \"…\")` in the event's
attribute, or on a field in `#[event(…)]` or `#[payload(…)]`. The reason must not be empty, and the waiver must be
needed.

The decisions (ADR) and the how-to are those of Python's
[openedx-events](https://docs.openedx.org/projects/openedx-events/en/latest/).
";

/// What no single compilation shows: the program as a whole, or files beside it.
const WITHOUT_CASE: &[&str] = &["type_duplicate", "contract_broken"];

/// Rules whose message has several reasons, or is the compiler's own.
const OTHER_NOTES: &[&str] = &["field_type", "receiver_parameter"];

fn ui_tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests")
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/rules.md")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A program that breaks the rule, and what the compiler says of it.
struct Case {
    program: String,
    message: String,
}

/// The case of the rule's name whose message has the rule's reason.
fn case(rule: &Rule) -> Case {
    let mut found = None;
    for group in ["event_type", "names", "event", "payload", "receiver"] {
        let path = ui_tests().join("fail").join(group).join(rule.name).with_extension("rs");
        if !path.exists() {
            continue;
        }
        let case = Case { program: read(&path), message: read(&path.with_extension("stderr")) };
        if case.message.contains(rule.why) {
            return case;
        }
        found.get_or_insert(case);
    }
    let found = found.unwrap_or_else(|| panic!("no case of rule `{}` in ui-tests/fail", rule.name));
    assert!(
        OTHER_NOTES.contains(&rule.name),
        "the message of rule `{}` is without its reason: {}",
        rule.name,
        found.message
    );
    found
}

fn section(rule: &Rule) -> String {
    let kind = match rule.kind {
        Kind::Error => "error",
        Kind::Convention => "convention",
    };
    let adr = if rule.adr.is_empty() { String::new() } else { format!(", {}", rule.adr) };
    let mut text = format!("\n## `{}`\n\n*{kind}{adr}*\n", rule.name);
    if !rule.why.is_empty() {
        let mut why = rule.why.to_owned();
        why[..1].make_ascii_uppercase();
        text += &format!("\n{why}.\n");
    }
    if !rule.upstream.is_empty() {
        text += &format!("\nUpstream: {}.\n", rule.upstream);
    }
    if rule.name == "type_duplicate" {
        text += "\nThe first use of the [registry](crate::registry) panics, naming both places; \
                 [`registry::findings`](crate::registry::findings) and \
                 [`testing::assert_no_findings`](crate::testing::assert_no_findings) find it before.\n";
    }
    if WITHOUT_CASE.contains(&rule.name) {
        return text;
    }
    let Case { program, message } = case(rule);
    let right = read(&ui_tests().join("pass/rules").join(rule.name).with_extension("rs"));
    text += &format!(
        "\nRefused:\n\n```compile_fail\n{}```\n\n```text\n{}```\n\nWritten so that it compiles:\n\n```\n{right}```\n",
        without_frame(&program),
        first_message(&message),
    );
    text
}

/// The program without what every program has.
fn without_frame(program: &str) -> String {
    let lines = program.lines().filter(|line| !line.starts_with("// errors: ") && *line != "fn main() {}");
    let text: Vec<&str> = lines.collect();
    format!("{}\n", text.join("\n").trim())
}

/// What the compiler says first, up to the place.
fn first_message(message: &str) -> String {
    let lines = message.lines().take_while(|line| !line.trim_start().starts_with("--> "));
    lines.map(|line| format!("{}\n", line.replace("evaluation panicked: ", ""))).collect()
}

#[test]
fn right_examples_are_compiled() {
    let program = read(&ui_tests().join("pass/rules.rs"));
    for rule in ALL.iter().filter(|rule| !WITHOUT_CASE.contains(&rule.name)) {
        let module = format!("#[path = \"rules/{0}.rs\"]\nmod {0};", rule.name);
        assert!(program.contains(&module), "ui-tests/pass/rules.rs lacks `{module}`");
    }
}

#[test]
fn the_page_is_current() {
    let text: String =
        std::iter::once(INTRODUCTION.to_owned()).chain(ALL.iter().map(|rule| section(rule))).collect();
    if env::var_os("UPDATE_RULES").is_some() {
        fs::write(page(), &text).expect("the page can be written");
    }
    assert_eq!(
        read(&page()),
        text,
        "write it again with `UPDATE_RULES=1 cargo test -p openedx-events-macros`"
    );
}
