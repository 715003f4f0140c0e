//! Names of topics.

use super::{
    finding::{Findings, SettingPath},
    value::{Given, shown, string},
};

/// The limit of Kafka, the strictest broker, so that a topic can move from one broker to another.
const LONGEST_NAME: usize = 249;

/// Returns the full name of a topic: the prefix, a hyphen and the topic, or the topic alone without a prefix.
pub(in crate::event_bus) fn stream_name(prefix: Option<&str>, topic: &str) -> String {
    match prefix {
        Some(prefix) => format!("{prefix}-{topic}"),
        None => topic.to_owned(),
    }
}

/// Reports a topic whose name brokers refuse.
pub(super) fn check(path: &SettingPath<'_>, prefix: Option<&str>, topic: &str, findings: &mut Findings) {
    let full = stream_name(prefix, topic);
    let message = if topic.is_empty() {
        "the topic has an empty name\nhelp: write the topic's name, without the prefix".to_owned()
    } else if let Some(illegal) = illegal_character("the topic", topic) {
        illegal
    } else if [".", ".."].contains(&&*full) {
        format!(
            "a topic cannot be named `{topic}`\nnote: brokers store each topic in a directory with its name\nhelp: rename it"
        )
    } else if full.len() > LONGEST_NAME {
        format!(
            "the topic's name is too long\nnote: with the prefix it has {} characters, and Kafka allows \
             {LONGEST_NAME}\nhelp: shorten it",
            full.len()
        )
    } else {
        return;
    };
    findings.error(path, message);
}

/// Reads a prefix, which must leave room for a topic.
pub(super) fn prefix(given: Given<'_>) -> Result<String, String> {
    let prefix = string(given)?;
    match illegal_character("the prefix", &prefix) {
        Some(illegal) => Err(illegal),
        None if prefix.len() >= LONGEST_NAME => Err(format!(
            "the prefix is too long\nnote: Kafka allows {LONGEST_NAME} characters for the prefix, a hyphen and the \
             topic\nhelp: shorten it"
        )),
        None => Ok(prefix),
    }
}

fn illegal_character(what: &str, name: &str) -> Option<String> {
    let is_legal = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let illegal = name.chars().find(|character| !is_legal(*character))?;
    Some(format!(
        "{what} {} contains the character `{}`\nnote: topic names consist of ASCII letters, digits, `.`, `_` and `-`, as \
         on Kafka, so that they are valid on every broker\nhelp: write another name",
        shown(name),
        illegal.escape_debug()
    ))
}
