//! The rules about event types, one function each.

use super::{
    EventType, action,
    version::{self, is_version},
};
use crate::{
    diagnostics::Problems,
    rules,
    waivers::{Waivers, how_to_waive},
};

/// The subdomains of Open edX itself (ADR-2, ADR-18).
const SUBDOMAINS: &[&str] = &["learning", "content_authoring", "enterprise", "analytics", "authz"];

impl EventType {
    /// Returns whether the constant's name can be compared with the event type.
    pub(crate) fn check(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        // Each of these mistakes would cause others.
        let is_readable = self.check_white_space(problems)
            && self.check_form_of_version(waivers, problems)
            && self.check_length(problems);
        if !is_readable {
            return false;
        }
        let is_legal = self.check_segments(problems);
        self.check_version(waivers, problems);
        is_legal && {
            self.check_hyphen(waivers, problems);
            self.check_subdomain(waivers, problems);
            self.check_action(waivers, problems)
        }
    }

    fn check_white_space(&self, problems: &mut Problems) -> bool {
        let trimmed = self.text.trim();
        if trimmed != self.text {
            let what = format!("event type `{}` begins or ends with white space", self.text.escape_debug());
            problems.refuse(&rules::TYPE_SEGMENT, &self.literal, what, format!("write `\"{trimmed}\"`"));
        }
        trimmed == self.text
    }

    /// Refuses a major version that is not a last segment `vN`.
    fn check_form_of_version(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let text = self.text.escape_debug();
        let (what, better) = if let Some(better) = version::corrected(&self.text) {
            (format!("event type `{text}` must end in a version segment such as `v1`"), better)
        } else if let Some(better) = version::moved_to_the_end(&self.text) {
            (format!("the major version of event type `{text}` is not its last segment"), better)
        } else if let (Some(version), Some((first, start))) = (&self.version, self.segments.split_last())
            && is_version(first)
        {
            let what = format!("event type `{text}` has two major versions, `{first}` and `{version}`");
            (what, format!("{}.{version}", start.join(".")))
        } else {
            return true;
        };
        let (rule, help) = (&rules::TYPE_MISSING_VERSION, format!("write `\"{}\"`", legal(&better)));
        if self.text.split('.').all(is_word) {
            return waivers.check(rule, &self.literal, what, &help, problems);
        }
        // With a waiver, a segment would still not be a word.
        waivers.mark_needed(rule);
        problems.refuse(rule, &self.literal, what, help);
        false
    }

    fn check_length(&self, problems: &mut Problems) -> bool {
        let is_long_enough = self.segments.len() >= 5;
        if !is_long_enough {
            let what = format!("event type `{}` has too few segments", self.text.escape_debug());
            let help = "write an event type such as `\"com.example.learning.course.enrollment.created.v1\"`";
            problems.refuse(&rules::TYPE_TOO_SHORT, &self.literal, what, help);
        }
        is_long_enough
    }

    fn check_segments(&self, problems: &mut Problems) -> bool {
        // One message is enough, because its help shows the whole event type.
        let Some(segment) = self.segments.iter().find(|segment| !is_word(segment)) else { return true };
        let (text, shown) = (self.text.escape_debug(), segment.escape_debug());
        let (what, help) = if let Some(foreign) = segment.chars().find(|one| !one.is_ascii()) {
            let number = u32::from(foreign);
            let what = format!(
                "segment `{shown}` of event type `{text}` contains the character `{foreign}` (U+{number:04X}), which is not ASCII"
            );
            (what, "write it with letters from `a` to `z`".to_owned())
        } else if segment.is_empty() {
            (
                format!("a segment of event type `{text}` is empty"),
                format!("write `\"{}\"`", legal(&self.text)),
            )
        } else {
            let what = format!("segment `{shown}` of event type `{text}` is not a lowercase word");
            (what, format!("write `\"{}\"`", legal(&self.text)))
        };
        problems.refuse(&rules::TYPE_SEGMENT, &self.literal, what, help);
        false
    }

    fn check_version(&self, waivers: &Waivers, problems: &mut Problems) {
        // `check_segments` reported a trailing dot.
        let has_end = self.segments.last().is_some_and(|last| !last.is_empty());
        if self.major_version.is_none() && has_end {
            let text = &self.text;
            let (what, help) = match &self.version {
                Some(version) => (
                    format!("`{version}` of event type `{text}` is not a valid major version"),
                    format!("write `\"{}.v1\"`", self.segments.join(".")),
                ),
                None => (
                    format!("event type `{text}` has no major version"),
                    format!("add one, as in `\"{}.v1\"`", legal(text)),
                ),
            };
            waivers.check(&rules::TYPE_MISSING_VERSION, &self.literal, what, &help, problems);
        }
    }

    fn check_hyphen(&self, waivers: &Waivers, problems: &mut Problems) {
        if let Some(segment) = self.segments.iter().find(|segment| segment.contains('-')) {
            let what = format!("segment `{segment}` of event type `{}` contains a hyphen", self.text);
            let help = format!("write `\"{}\"`", self.text.replace('-', "_"));
            waivers.check(&rules::TYPE_HYPHEN, &self.literal, what, &help, problems);
        }
    }

    fn check_subdomain(&self, waivers: &Waivers, problems: &mut Problems) {
        let [first, second, subdomain, ..] = self.segments.as_slice() else {
            return;
        };
        // `check_hyphen` reported `content-authoring`.
        let is_known = SUBDOMAINS.contains(&subdomain.as_str())
            || (SUBDOMAINS.contains(&subdomain.replace('-', "_").as_str())
                && !waivers.contains(&rules::TYPE_HYPHEN));
        if first == "org" && second == "openedx" && !is_known {
            let what = format!("`{subdomain}` is not a subdomain of `org.openedx`");
            let help =
                "use one of these, or replace `org.openedx` with the reverse DNS name of your organization";
            waivers.check(&rules::TYPE_UNKNOWN_SUBDOMAIN, &self.literal, what, help, problems);
        }
    }

    fn check_action(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let action = self.segments.last().map_or("", String::as_str);
        let Some(word) = action::not_past(action) else { return true };
        let rule = &rules::ACTION_NOT_PAST_TENSE;
        let what = if word == action {
            format!("action `{action}` of event type `{}` is not in the past tense", self.text)
        } else {
            format!("`{word}` in action `{action}` of event type `{}` is not in the past tense", self.text)
        };
        let help = format!(
            "end the event type with what happened, as in `created`, `updated` or `sent`; if `{word}` is right, {}",
            how_to_waive(rule)
        );
        waivers.check_with_help(rule, &self.literal, what, help, problems)
    }
}

/// Replaces each illegal segment with a similar word.
fn legal(text: &str) -> String {
    let segments = text.split('.').filter(|segment| !segment.is_empty());
    let legal: Vec<String> =
        segments.map(|segment| if is_word(segment) { segment.to_owned() } else { word(segment) }).collect();
    legal.join(".")
}

/// Returns whether the segment is a lowercase word. Hyphens have a rule of their own.
fn is_word(segment: &str) -> bool {
    let is_part = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_' || one == '-';
    segment.starts_with(|first: char| first.is_ascii_lowercase()) && segment.chars().all(is_part)
}

/// Returns the legal segment that is closest to `segment`.
fn word(segment: &str) -> String {
    if segment.eq_ignore_ascii_case("openedx") {
        return "openedx".to_owned();
    }
    let mut word = String::new();
    let mut was_upper = false;
    for (index, character) in segment.char_indices() {
        let begins_word = character.is_ascii_uppercase() && !was_upper;
        was_upper = character.is_ascii_uppercase();
        if begins_word && index > 0 && !word.ends_with('_') {
            word.push('_');
        }
        let lower = character.to_ascii_lowercase();
        word.push(if lower.is_ascii_lowercase() || lower.is_ascii_digit() { lower } else { '_' });
    }
    let word = word.trim_matches('_');
    if word.starts_with(|first: char| first.is_ascii_lowercase()) {
        word.to_owned()
    } else {
        format!("subject_{word}").trim_end_matches('_').to_owned()
    }
}
