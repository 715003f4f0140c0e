//! Finds events by what a person types.

use std::fmt::Write as _;

use crate::{event::EventDefinition, registry};

/// Returns the event with this event type or constant.
pub(super) fn event(name: &str) -> Result<&'static EventDefinition, String> {
    if let Some(event) = registry::get(name) {
        return Ok(event);
    }
    let mut named = registry::events().filter(|event| event.name() == name);
    match (named.next(), named.next()) {
        (Some(event), None) => Ok(event),
        (Some(first), Some(second)) => Err(format!(
            "several events have the constant `{name}`\nhelp: give an event type, as in `{}` or `{}`",
            first.event_type(),
            second.event_type()
        )),
        (None, _) => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> String {
    let mut message = format!("this program has no event `{name}`");
    let known = registry::events().flat_map(|event| [event.event_type(), event.name()]);
    let misses = near_misses(name, known);
    if misses.is_empty() {
        message.push_str(
            "\nnote: a crate's events are only linked if the program mentions the crate\
             \nhelp: `list` prints the events of this program",
        );
    } else {
        // Writing to a `String` cannot fail.
        let _ = write!(message, "\nhelp: did you mean `{}`?", misses.join("`, `"));
    }
    message
}

/// Returns up to three of `known` that resemble `name`, the most similar first.
pub(super) fn near_misses<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = name.to_lowercase();
    // Allows one slip for every six letters, and at most four. A longer name that contains the typed text is similar too, if the
    // text has at least four letters.
    let length = typed.chars().count();
    let (slips, part) = ((length / 6).clamp(usize::from(length > 2), 4), 4);
    let mut ranked: Vec<(usize, &str)> = known
        .filter_map(|known| {
            let lower = known.to_lowercase();
            let distance = strsim::osa_distance(&typed, &lower);
            let contained = typed.len() >= part && lower.contains(&typed);
            (contained || distance <= slips).then_some((distance, known))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, known)| known).take(3).collect()
}

/// Returns the subdomain of an event type: the segment after the two of the reverse DNS name (ADR-2).
pub(super) fn subdomain(event_type: &'static str) -> &'static str {
    event_type.split('.').nth(2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::near_misses;

    const KNOWN: [&str; 3] = ["COURSE_CREATED", "COURSE_DELETED", "org.example.learning.course.created.v1"];

    #[test]
    fn misspelt_and_partial_names_are_near() {
        let near = |name| near_misses(name, KNOWN.into_iter());
        assert_eq!(near("COURSE_CRAETED"), ["COURSE_CREATED"]);
        assert_eq!(near("course_created"), ["COURSE_CREATED"]);
        assert_eq!(near("course.created"), ["COURSE_CREATED", KNOWN[2]]);
        assert_eq!(near("org.example.learning.course.created"), [KNOWN[2]]);
    }

    #[test]
    fn unrelated_names_are_not_near() {
        assert!(near_misses("BOOK_LENT", KNOWN.into_iter()).is_empty());
        assert!(near_misses("", KNOWN.into_iter()).is_empty());
    }
}
