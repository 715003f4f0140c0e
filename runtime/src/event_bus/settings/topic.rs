//! Names of topics.

use super::{
    finding::{Findings, Place},
    value,
};

/// As on Kafka, whose rule is the strictest of the brokers: a topic can then move from one to the other.
const LONGEST: usize = 249;

/// The name of the stream of a topic: with the prefix and a hyphen, where there is a prefix.
pub(in crate::event_bus) fn stream_name(prefix: Option<&str>, topic: &str) -> String {
    match prefix {
        Some(prefix) => format!("{prefix}-{topic}"),
        None => topic.to_owned(),
    }
}

/// Reports a topic whose name brokers refuse.
pub(super) fn check(place: &Place<'_>, prefix: Option<&str>, topic: &str, findings: &mut Findings) {
    let message = if topic.is_empty() {
        "a topic has no name\nhelp: write the topic's name, without the prefix".to_owned()
    } else if let Some(other) = topic.chars().find(|character| !is_legal(*character)) {
        illegal_character("the topic", topic, other)
    } else if [".", ".."].contains(&&*stream_name(prefix, topic)) {
        format!(
            "the topic cannot be called `{topic}`\nnote: brokers keep a topic in a folder of its name\nhelp: \
             rename it"
        )
    } else if stream_name(prefix, topic).len() > LONGEST {
        format!(
            "the topic's name is too long\nnote: with the prefix it has {} characters, and Kafka allows \
             {LONGEST}\nhelp: shorten it",
            stream_name(prefix, topic).len()
        )
    } else {
        return;
    };
    findings.error(place, message);
}

/// Reports a prefix that makes every topic's name illegal.
pub(super) fn check_prefix(place: &Place<'_>, prefix: &str, findings: &mut Findings) {
    if let Some(other) = prefix.chars().find(|character| !is_legal(*character)) {
        findings.error(place, illegal_character("the prefix", prefix, other));
    } else if prefix.len() >= LONGEST {
        let message = format!(
            "the prefix is too long\nnote: Kafka allows {LONGEST} characters for the prefix, a hyphen and the \
             topic\nhelp: shorten it"
        );
        findings.error(place, message);
    }
}

fn is_legal(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-".contains(character)
}

fn illegal_character(what: &str, name: &str, character: char) -> String {
    format!(
        "{what} {} has the character `{}`\nnote: names of topics have ASCII letters, digits, `.`, `_` and `-` \
         only, as on Kafka, so that they mean the same on every broker\nhelp: write another name",
        value::shown(name),
        character.escape_debug()
    )
}
