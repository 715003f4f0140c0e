//! The major version at the end of an event type.

/// `v1`
pub(super) fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(is_number)
}

/// `v1` → 1; there is no `v0` and no `v01`.
pub(super) fn major_version(version: &str) -> Option<u32> {
    let digits = &version[1..];
    if digits.starts_with('0') { None } else { digits.parse().ok() }
}

/// The text with a segment `vN` in the place of a major version that is written in another way.
pub(super) fn as_it_should_be(text: &str) -> Option<String> {
    let (head, last) = text.rsplit_once('.')?;
    let lower = last.to_ascii_lowercase();
    // `….created_v1`
    if let Some((stem, version)) = lower.rsplit_once(['_', '-'])
        && is_version(version)
    {
        return Some(format!("{head}.{}.{version}", &last[..stem.len()]));
    }
    // `….created.v1.0`: a minor version has an argument of its own.
    if is_number(last) {
        let major = head.rsplit_once('.').filter(|(_, before)| is_version(&before.to_ascii_lowercase()));
        return Some(match major {
            Some((start, version)) => format!("{start}.{}", version.to_ascii_lowercase()),
            None => format!("{head}.v{last}"),
        });
    }
    if is_version(last) {
        return None;
    }
    Some(format!("{head}.v{}", number_of(&lower)?))
}

/// `V1`, `v1beta`, `v1_1` and `version1` → `1`
fn number_of(version: &str) -> Option<&str> {
    let prefixes = ["version_", "version", "ver", "v"];
    let number = prefixes.iter().find_map(|prefix| {
        version.strip_prefix(prefix).filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    })?;
    let end = number.find(|one: char| !one.is_ascii_digit()).unwrap_or(number.len());
    let (digits, rest) = number.split_at(end);
    // `v2_created` is no version.
    let is_letters = rest.chars().all(|one| one.is_ascii_alphabetic());
    let is_numbered = rest.trim_start_matches(['_', '-', '.']).chars().all(|one| one.is_ascii_alphanumeric())
        && rest.ends_with(|last: char| last.is_ascii_digit());
    (is_letters || is_numbered).then_some(digits)
}

/// The text with its version at the end, where it stands elsewhere and there is only one.
pub(super) fn moved_to_the_end(text: &str) -> Option<String> {
    let mut segments: Vec<&str> = text.split('.').collect();
    let mut places = (0..segments.len()).filter(|index| is_version(segments[*index]));
    let place = places.next().filter(|place| segments[place + 1..].iter().any(|after| !after.is_empty()))?;
    if places.next().is_some() {
        return None;
    }
    segments[place..].rotate_left(1);
    Some(segments.join("."))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{as_it_should_be, moved_to_the_end};

    #[test]
    fn a_version_is_told_however_it_is_written() {
        for last in ["1", "V1", "v1.0", "v1beta", "v1_1", "v1-rc2", "v1rc2", "version1", "version_1", "V1.0"]
        {
            let text = format!("com.example.course.created.{last}");
            let found = as_it_should_be(&text);
            assert_eq!(found.as_deref(), Some("com.example.course.created.v1"), "{last}");
        }
        assert_eq!(as_it_should_be("com.course.created_v1").as_deref(), Some("com.course.created.v1"));
        for text in
            ["com.course.created.v1", "com.course.created", "com.course.v2_created", "com.course.verified"]
        {
            assert_eq!(as_it_should_be(text), None, "{text}");
        }
    }

    #[test]
    fn a_version_in_the_middle_moves() {
        let moved = moved_to_the_end("com.example.v1.course.created");
        assert_eq!(moved.as_deref(), Some("com.example.course.created.v1"));
        assert_eq!(moved_to_the_end("com.example.course.created.v1"), None);
    }
}
