//! Event types: `org.openedx.learning.course.enrollment.created.v1`.
//!
//! ```text
//! reverse DNS (two segments) . subdomain . subject (one or more) . action . major version
//! ```

mod action;
mod version;

use syn::{Ident, LitStr};

use self::version::{is_version, major_version};

use crate::{
    diagnostics::{Problem, Problems},
    rules,
    waivers::Waivers,
};

/// The subdomains of Open edX itself (ADR-2, ADR-18).
const SUBDOMAINS: &[&str] = &["learning", "content_authoring", "enterprise", "analytics", "authz"];

/// An event type, cut into its parts.
pub(crate) struct EventType {
    literal: LitStr,
    text: String,
    segments: Vec<String>,
    /// The final `vN`.
    version: Option<String>,
    /// Its number; there is no version 0.
    pub(crate) major_version: Option<u32>,
}

impl EventType {
    pub(crate) fn new(literal: &LitStr) -> Self {
        let text = literal.value();
        let mut segments: Vec<String> = text.split('.').map(str::to_owned).collect();
        let version = segments.pop_if(|last| is_version(last));
        Self {
            literal: literal.clone(),
            major_version: version.as_deref().and_then(major_version),
            version,
            text,
            segments,
        }
    }

    /// Stands in for a type whose form was refused already, so that nothing else is said of it.
    pub(crate) fn refused(at: &Ident) -> Self {
        Self {
            literal: LitStr::new("", at.span()),
            text: String::new(),
            segments: Vec::new(),
            version: None,
            major_version: None,
        }
    }

    /// Whether there is a text to check.
    pub(crate) fn is_refused(&self) -> bool {
        self.text.is_empty()
    }

    /// The text, for the expansion.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn literal(&self) -> &LitStr {
        &self.literal
    }

    /// The words of subject and action, in capitals.
    pub(crate) fn words(&self) -> Vec<String> {
        let subject_and_action = self.segments.get(3..).unwrap_or_default();
        subject_and_action
            .iter()
            .flat_map(|segment| segment.split(['_', '-']))
            .map(str::to_uppercase)
            .collect()
    }

    /// Whether the constant's name can be compared with it.
    pub(crate) fn check(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        if self.text.trim() != self.text {
            let what = format!("event type `{}` begins or ends with white space", self.text.escape_debug());
            let help = format!("write `\"{}\"`", self.text.trim());
            problems.push(Problem::of(&rules::TYPE_SEGMENT, &self.literal, what).help(help));
            return false;
        }
        if !self.check_written_version(waivers, problems) {
            return false;
        }
        // What is too short has an example in its message, which is right in all else, too.
        let is_long_enough = self.check_length(problems);
        let is_legal = is_long_enough && self.check_segments(waivers, problems);
        if is_long_enough {
            self.check_version(waivers, problems);
        }
        is_legal && is_long_enough && {
            self.check_subdomain(waivers, problems);
            self.check_action(waivers, problems)
        }
    }

    /// Whether there is no major version in another form than `.vN`: whatever else the rules would say of such
    /// a text follows from that. With a waiver, they say it.
    fn check_written_version(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let (what, better) = if let Some(better) = version::as_it_should_be(&self.text) {
            ("is no segment like `v1`", better)
        } else if let Some(better) = version::moved_to_the_end(&self.text) {
            ("does not stand at its end", better)
        } else {
            return true;
        };
        let what = format!("the major version of event type `{}` {what}", self.text.escape_debug());
        let better = legal(&better);
        let problem = Problem::of(&rules::TYPE_MISSING_VERSION, &self.literal, what)
            .help(format!("write `\"{better}\"`"));
        if self.text.split('.').all(is_word) {
            return problems.check(waivers, &rules::TYPE_MISSING_VERSION, || problem);
        }
        // A waiver would leave a segment that is none.
        waivers.covers(&rules::TYPE_MISSING_VERSION);
        problems.push(problem);
        false
    }

    fn check_segments(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let mut is_legal = true;
        // One message for all of them: each shows how to write the whole type.
        if let Some(segment) = self.segments.iter().find(|segment| !is_word(segment)) {
            is_legal = false;
            problems.push(self.illegal_segment(segment));
        } else if let Some(segment) = self.segments.iter().find(|segment| segment.contains('-')) {
            problems.check(waivers, &rules::TYPE_HYPHEN, || {
                let what = format!("segment `{segment}` of event type `{}` has a hyphen", self.text);
                let better = self.text.replace('-', "_");
                Problem::of(&rules::TYPE_HYPHEN, &self.literal, what).help(format!("write `\"{better}\"`"))
            });
        }
        is_legal
    }

    fn illegal_segment(&self, segment: &str) -> Problem {
        let (text, shown) = (self.text.escape_debug(), segment.escape_debug());
        if let Some(foreign) = segment.chars().find(|one| !one.is_ascii()) {
            let number = u32::from(foreign);
            let what = format!(
                "segment `{shown}` of event type `{text}` has the letter `{foreign}` (U+{number:04X}), which is not ASCII"
            );
            let help = "write it with letters from `a` to `z`";
            return Problem::of(&rules::TYPE_SEGMENT, &self.literal, what).help(help);
        }
        let better = legal(&self.text);
        let what = if segment.is_empty() {
            format!("a segment of event type `{text}` is empty")
        } else {
            format!("segment `{shown}` of event type `{text}` is not a lowercase word")
        };
        Problem::of(&rules::TYPE_SEGMENT, &self.literal, what).help(format!("write `\"{better}\"`"))
    }

    fn check_version(&self, waivers: &Waivers, problems: &mut Problems) {
        // After a last dot there is nothing, and that was said.
        let has_end = self.segments.last().is_some_and(|last| !last.is_empty());
        // Between other separators there may be one.
        let is_separated = self.text.contains(is_other_separator)
            && legal(&self.text).rsplit('.').next().is_some_and(is_version);
        if self.major_version.is_none() && has_end && !is_separated {
            problems.check(waivers, &rules::TYPE_MISSING_VERSION, || {
                let text = &self.text;
                let (what, better) = match &self.version {
                    Some(version) => (
                        format!("`{version}` of event type `{text}` is no major version"),
                        format!("{}.v1", self.segments.join(".")),
                    ),
                    None => (
                        format!("event type `{text}` has no major version"),
                        format!("{}.v1", legal(&self.text)),
                    ),
                };
                Problem::of(&rules::TYPE_MISSING_VERSION, &self.literal, what)
                    .help(format!("end it with one, as in `\"{better}\"`"))
            });
        }
    }

    fn check_length(&self, problems: &mut Problems) -> bool {
        // Other separators were refused as parts of a segment.
        let is_separated = self.text.contains(is_other_separator) && legal(&self.text).split('.').count() > 5;
        let is_long_enough = self.segments.len() >= 5 || is_separated;
        if !is_long_enough {
            let what = format!("event type `{}` has too few segments", self.text.escape_debug());
            // `….course-created.v1`
            let cut = Some(self.text.replace('-', ".")).filter(|cut| *cut != self.text);
            let better = cut.filter(|cut| cut.split('.').count() > 5 && cut.split('.').all(is_word));
            let help = better.map_or_else(
                || "write one like `\"com.example.learning.course.enrollment.created.v1\"`".to_owned(),
                |better| format!("write `\"{better}\"`"),
            );
            problems.push(Problem::of(&rules::TYPE_TOO_SHORT, &self.literal, what).help(help));
        }
        is_long_enough
    }

    fn check_subdomain(&self, waivers: &Waivers, problems: &mut Problems) {
        let [first, second, subdomain, ..] = self.segments.as_slice() else {
            return;
        };
        // Of a hyphen in its place, that was said.
        let is_known = SUBDOMAINS.contains(&subdomain.as_str())
            || (SUBDOMAINS.contains(&subdomain.replace('-', "_").as_str())
                && !waivers.covers(&rules::TYPE_HYPHEN));
        if first == "org" && second == "openedx" && !is_known {
            problems.check(waivers, &rules::TYPE_UNKNOWN_SUBDOMAIN, || {
                let what = format!("`{subdomain}` is no subdomain of `org.openedx`");
                Problem::of(&rules::TYPE_UNKNOWN_SUBDOMAIN, &self.literal, what)
                    .help("use one of those, or the reverse DNS name of your own organization in place of `org.openedx`")
            });
        }
    }

    fn check_action(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let action = self.segments.last().map_or("", String::as_str);
        if is_version(action) {
            let version = self.version.as_deref().unwrap_or_default();
            let what =
                format!("event type `{}` has two major versions, `{action}` and `{version}`", self.text);
            let start = self.segments.split_last().map_or_else(String::new, |(_, start)| start.join("."));
            let help = format!("write `\"{start}.{version}\"`");
            problems.push(Problem::of(&rules::TYPE_MISSING_VERSION, &self.literal, what).help(help));
            return false;
        }
        action::is_past_tense(action)
            || problems.check(waivers, &rules::ACTION_NOT_PAST_TENSE, || {
                let what =
                    format!("action `{action}` of event type `{}` is not in the past tense", self.text);
                let help = self.with_action_last().map_or_else(
                    || "say what happened, as in `created`, `updated` or `sent`".to_owned(),
                    |better| format!("write `\"{better}\"`: the action comes last"),
                );
                Problem::of(&rules::ACTION_NOT_PAST_TENSE, &self.literal, what).help(help)
            })
    }

    fn with_action_last(&self) -> Option<String> {
        let (front, subject_and_action) = self.segments.split_at_checked(3)?;
        let mut segments = front.to_vec();
        segments.extend(action::reordered(subject_and_action)?);
        segments.extend(self.version.clone());
        Some(segments.join("."))
    }
}

/// The text with words in the place of what are none.
fn legal(text: &str) -> String {
    let segments =
        text.split(|one| one == '.' || is_other_separator(one)).filter(|segment| !segment.is_empty());
    let legal: Vec<String> =
        segments.map(|segment| if is_word(segment) { segment.to_owned() } else { word(segment) }).collect();
    legal.join(".")
}

fn is_other_separator(one: char) -> bool {
    matches!(one, '/' | ':')
}

/// With hyphens, which have a rule of their own.
fn is_word(segment: &str) -> bool {
    let is_part = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_' || one == '-';
    segment.starts_with(|first: char| first.is_ascii_lowercase()) && segment.chars().all(is_part)
}

/// The nearest legal segment, for the help.
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
