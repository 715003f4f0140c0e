//! Mistakes between the definitions of different crates. No crate can see them alone.

use std::fmt;

use crate::{event::EventDefinition, signal::SIGNALS};

/// A mistake in the definitions that the program was linked with. It prints as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    rule: &'static str,
    event_type: &'static str,
    text: String,
    help: Option<String>,
}

impl Finding {
    pub(crate) fn new(
        rule: &'static str,
        event_type: &'static str,
        text: String,
        help: Option<String>,
    ) -> Self {
        Self { rule, event_type, text, help }
    }

    /// Returns the name of the broken rule, such as `type_duplicate`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Returns the event type that it is about.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        self.event_type
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.text)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Returns the mistakes in the definitions that the program was linked with, sorted by event type.
///
/// * `type_duplicate`: several definitions of one event type (ADR-2). Python's library does not check this: two of Open
///   edX's events shared a type for more than a year, and consumers took one for the other.
///
/// The rest of the registry panics if an event type is defined twice, because it could answer with the wrong definition.
/// This function does not. In a test, call [`testing::assert_no_findings`](crate::testing::assert_no_findings).
///
/// ```
/// assert!(openedx_events::registry::findings().is_empty());
/// ```
#[must_use]
pub fn findings() -> Vec<Finding> {
    duplicates(SIGNALS.iter().map(|signal| signal.definition()))
}

/// Panics if an event type is defined more than once.
#[track_caller]
pub(super) fn assert_no_duplicates() {
    let duplicates = duplicates(SIGNALS.iter().map(|signal| signal.definition()));
    assert!(
        duplicates.is_empty(),
        "{}\nnote: services tell events apart by their type (ADR-2)\nhelp: remove one of the definitions, or give it a type of its own",
        lines(&duplicates)
    );
}

pub(crate) fn lines(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    lines.join("\n")
}

fn duplicates(definitions: impl Iterator<Item = &'static EventDefinition>) -> Vec<Finding> {
    let mut definitions: Vec<_> = definitions.collect();
    definitions.sort_by_key(|definition| (definition.event_type(), definition.location()));
    let same_type = definitions.chunk_by(|left, right| left.event_type() == right.event_type());
    same_type.filter(|same| same.len() > 1).map(duplicate).collect()
}

/// Describes several definitions of one event type.
fn duplicate(same: &[&'static EventDefinition]) -> Finding {
    let event_type = same[0].event_type();
    let places: Vec<String> = same.iter().map(|definition| place(definition)).collect();
    let text = format!("event type `{event_type}` is defined more than once: {}", places.join(" and "));
    Finding::new("type_duplicate", event_type, text, several_versions(same))
}

fn place(definition: &EventDefinition) -> String {
    let (module, name) = (definition.module_path(), definition.name());
    format!("`{module}::{name}` at {}:{}", definition.file(), definition.line())
}

/// Explains that the program links two versions of one crate: the definitions have the same crate and name, and differ in
/// their file.
fn several_versions(same: &[&'static EventDefinition]) -> Option<String> {
    let crate_name = |definition: &EventDefinition| definition.module_path().split("::").next();
    let first = same[0];
    let name = crate_name(first)?;
    let all_same = same.iter().all(|other| crate_name(other) == Some(name) && other.name() == first.name());
    let other_file = same.iter().any(|other| other.file() != first.file());
    (all_same && other_file).then(|| {
        format!("the program links several versions of crate `{name}`: `cargo tree --duplicates` shows which crates depend on them")
    })
}
