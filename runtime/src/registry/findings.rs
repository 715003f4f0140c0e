//! Mistakes between the definitions of different crates. No crate can see them alone.

use std::fmt;

use crate::{
    event::EventDefinition,
    receiver::{RECEIVERS, ReceiverDefinition},
    signal::SIGNALS,
};

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
/// * `receiver_name_duplicate`: several receivers of one event that logs and dead letters call the same, so that a replayed
///   dead letter would run all of them.
///
/// The rest of the registry panics if an event type is defined twice, because it could answer with the wrong definition.
/// This function does not. In a test, call [`testing::assert_no_findings`](crate::testing::assert_no_findings).
///
/// ```
/// assert!(openedx_events::registry::findings().is_empty());
/// ```
#[must_use]
pub fn findings() -> Vec<Finding> {
    let mut findings = duplicates(SIGNALS.iter().map(|signal| signal.definition()));
    findings.extend(repeated_names(RECEIVERS.iter().map(|receiver| receiver.definition())));
    findings.sort_by_key(Finding::event_type);
    findings
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

fn repeated_names(definitions: impl Iterator<Item = &'static ReceiverDefinition>) -> Vec<Finding> {
    let mut named: Vec<_> = definitions
        .map(|receiver| (receiver.event().event_type(), receiver.full_name().to_string(), receiver))
        .collect();
    named.sort_by_key(|(event_type, name, receiver)| (*event_type, name.clone(), receiver.sort_key()));
    let is_same =
        |left: &(&str, String, _), right: &(&str, String, _)| left.0 == right.0 && left.1 == right.1;
    named.chunk_by(is_same).filter(|same| same.len() > 1).map(repeated_name).collect()
}

/// Describes several receivers with one name.
fn repeated_name(same: &[(&'static str, String, &'static ReceiverDefinition)]) -> Finding {
    let (event_type, name, _) = &same[0];
    let places: Vec<String> =
        same.iter().map(|(.., receiver)| format!("{}:{}", receiver.file(), receiver.line())).collect();
    let text = format!(
        "event type `{event_type}` has several receivers called `{name}`: at {}, and a replayed dead letter would run all of them",
        places.join(" and ")
    );
    let help = "give one of them another name, as in `#[receiver(SIGNAL, name = \"…\")]`".to_owned();
    Finding::new("receiver_name_duplicate", event_type, text, Some(help))
}
