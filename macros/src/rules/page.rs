//! The page of rules in the documentation, generated from the table and from the cases of `ui-tests`.
//!
//! `UPDATE_RULES=1 cargo test -p openedx-events-macros` updates it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{ALL, Kind, Rule};

const INTRODUCTION: &str = "\
The compiler reviews each event design by these rules. A message says what is wrong, why, and what to write.

An *error* cannot be waived. A *convention* can, with `allow(rule, reason = \"…\")` in the event's attribute or, on a
field, in `#[event(…)]` or `#[payload(…)]`. The reason must not be empty, and a waiver that is not needed is an error.

The architecture decisions (ADR) and the how-to belong to Python's
[openedx-events](https://docs.openedx.org/projects/openedx-events/en/latest/).
";

const DUPLICATES: &str = "\
The first use of the [registry](crate::registry) panics and names all definitions;
[`registry::findings`](crate::registry::findings) and
[`testing::assert_no_findings`](crate::testing::assert_no_findings) find it earlier.";

const REPEATED_NAMES: &str = "\
[`registry::findings`](crate::registry::findings),
[`testing::assert_no_findings`](crate::testing::assert_no_findings) and the command `check` find two receivers of one event with
the same name. The name is the one in `#[receiver(…, name = \"…\")]`, or else the path of the function.";

const CONTRACT: &str = "\
Refused, if `PersonData` in the contract ends with a field `phone`:";

/// Rules about the program as a whole, which no single compilation can check.
const WITHOUT_CASE: &[&str] = &["receiver_name_duplicate", "type_duplicate"];

/// Rules whose case needs a file. Without the file, the case compiles in the documentation.
const WITH_A_FILE: &[&str] = &["contract_broken"];

/// Rules whose messages give other reasons, or come from the compiler.
const OTHER_NOTES: &[&str] = &["field_type", "receiver_parameter", "contract_broken"];

fn ui_tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests")
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/rules.md")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A program that breaks the rule, and the compiler's message.
struct RuleCase {
    program: String,
    message: String,
}

/// Finds the case that is named after the rule and shows the rule's reason.
fn case(rule: &Rule) -> RuleCase {
    let mut found = None;
    for group in ["event_type", "names", "event", "payload", "receiver", "contract"] {
        let path = ui_tests().join("fail").join(group).join(rule.name).with_extension("rs");
        if !path.exists() {
            continue;
        }
        let case = RuleCase { program: read(&path), message: read(&path.with_extension("stderr")) };
        if case.message.contains(rule.why) {
            return case;
        }
        found.get_or_insert(case);
    }
    let found = found.unwrap_or_else(|| panic!("no case of rule `{}` in ui-tests/fail", rule.name));
    assert!(
        OTHER_NOTES.contains(&rule.name),
        "the message of rule `{}` does not give its reason: {}",
        rule.name,
        found.message
    );
    found
}

fn section(rule: &Rule) -> String {
    let kind = match rule.kind {
        Kind::Error => "error",
        Kind::Convention { .. } => "convention",
    };
    let adr = if rule.adr.is_empty() { String::new() } else { format!(", {}", rule.adr) };
    let mut paragraphs = vec![format!("\n## `{}`", rule.name), format!("*{kind}{adr}*")];
    if !rule.why.is_empty() {
        let mut why = rule.why.to_owned();
        why[..1].make_ascii_uppercase();
        paragraphs.push(format!("{why}."));
    }
    if !rule.upstream.is_empty() {
        paragraphs.push(format!("Upstream: {}.", rule.upstream));
    }
    match rule.name {
        "type_duplicate" => paragraphs.push(DUPLICATES.to_owned()),
        "receiver_name_duplicate" => paragraphs.push(REPEATED_NAMES.to_owned()),
        _ => {}
    }
    if !WITHOUT_CASE.contains(&rule.name) {
        let RuleCase { program, message } = case(rule);
        let right = read(&ui_tests().join("pass/rules").join(rule.name).with_extension("rs"));
        let (refused, fence) =
            if WITH_A_FILE.contains(&rule.name) { (CONTRACT, "rs") } else { ("Refused:", "compile_fail") };
        paragraphs.extend([
            refused.to_owned(),
            format!("```{fence}\n{}\n```", without_frame(&program)),
            format!("```text\n{}\n```", first_message(&message)),
            "Accepted:".to_owned(),
            format!("```\n{right}```"),
        ]);
    }
    paragraphs.join("\n\n") + "\n"
}

/// Returns the program without the lines that every program has.
fn without_frame(program: &str) -> String {
    let lines = program.lines().filter(|line| !line.starts_with("// errors: ") && *line != "fn main() {}");
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Returns the compiler's first message, up to the location.
fn first_message(message: &str) -> String {
    let lines = message.lines().take_while(|line| !line.trim_start().starts_with("--> "));
    lines.collect::<Vec<_>>().join("\n").replace("evaluation panicked: ", "")
}

#[test]
fn accepted_examples_are_compiled() {
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
    let is_current = read(&page()) == text;
    assert!(is_current, "update `rules.md` with `UPDATE_RULES=1 cargo test -p openedx-events-macros`");
}
