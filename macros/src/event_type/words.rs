//! The words between the dots of an event type, and replacements for those that are not legal.

use super::{action, version::is_version};
use crate::{rules, waivers::Waivers};

/// Returns the event type with legal segments, and without hyphens unless they are waived.
pub(super) fn suggested(text: &str, waivers: &Waivers) -> String {
    let legal = legal(text);
    if waivers.contains(&rules::TYPE_HYPHEN) { legal } else { legal.replace('-', "_") }
}

/// Replaces each illegal segment with a similar word, and the last one, such as `orderPaid`, with subject and action.
pub(super) fn legal(text: &str) -> String {
    let segments: Vec<&str> = text.split('.').filter(|segment| !segment.is_empty()).collect();
    let action = segments.iter().rposition(|segment| !is_version(segment));
    let similar = |(index, segment): (usize, &&str)| {
        if is_word(segment) {
            return (*segment).to_owned();
        }
        let word = word(segment);
        let is_camel_case = segment.chars().all(|one| one.is_ascii_alphanumeric());
        match action::split(&word).filter(|_| is_camel_case && Some(index) == action) {
            Some((subject, action)) => format!("{subject}.{action}"),
            None => word,
        }
    };
    segments.iter().enumerate().map(similar).collect::<Vec<_>>().join(".")
}

/// Returns whether the segment is a lowercase word. Hyphens have a rule of their own.
pub(super) fn is_word(segment: &str) -> bool {
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
    let without_digits = word.trim_start_matches(|one: char| one.is_ascii_digit());
    // `2paid` is a slip; in `3d`, the digit is a part of the word.
    let word = if without_digits.len() > 2 && !without_digits.contains('_') { without_digits } else { word };
    if word.starts_with(|first: char| first.is_ascii_lowercase()) {
        word.to_owned()
    } else {
        format!("subject_{word}").trim_end_matches('_').to_owned()
    }
}
