//! The major version at the end of an event type.

/// Returns whether the segment is a version, such as `v1`.
pub(super) fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(is_number)
}

/// Returns the number of a version: 1 for `v1`. `v0` and `v01` are not valid.
pub(super) fn major_version(version: &str) -> Option<u32> {
    let digits = &version[1..];
    if digits.starts_with('0') { None } else { digits.parse().ok() }
}

/// Returns the valid version that is closest to a number: `v7` for `07`, and `v1` for `0` and for huge numbers.
pub(super) fn valid(digits: &str) -> String {
    format!("v{}", digits.parse().unwrap_or(1_u32).max(1))
}

/// Returns the event type with a last segment `vN` if its version has another form.
pub(super) fn corrected(text: &str) -> Option<String> {
    let segments: Vec<&str> = text.split('.').collect();
    // `….created.v1.0.0-rc.1`: the minor version is a separate argument, and pre-releases do not exist.
    let tail = segments[1..].iter().rev().take_while(|segment| is_tail(segment)).count();
    let (head, tail) = segments.split_at(segments.len() - tail);
    let (last, start) = head.split_last()?;
    let start = start.join(".");
    if tail.is_empty() && is_version(last) {
        return None;
    }
    // `….created.V1`, `….created.v1beta`, `….created.version1`
    if let Some(mut digits) = number_in(last).filter(|_| !start.is_empty()) {
        // `….created.v.2`
        if let Some(first) = tail.first().filter(|_| digits.is_empty()) {
            digits = split_number(first).0;
        }
        return Some(format!("{start}.{}", valid(digits)));
    }
    // `….created_v1`
    if let Some((stem, version)) = last.rsplit_once(['_', '-'])
        && is_version(version)
    {
        return Some(format!("{start}.{stem}.{}", valid(&version[1..])));
    }
    // `….created.1`
    let first = tail.first().filter(|first| first.starts_with(|one: char| one.is_ascii_digit()))?;
    Some(format!("{}.{}", head.join("."), valid(split_number(first).0)))
}

/// Returns whether the segment can follow a major version: `0`, `0-rc` or `rc1`.
fn is_tail(segment: &str) -> bool {
    let (_, rest) = split_number(segment);
    !segment.is_empty() && (rest.is_empty() || is_pre_release(rest))
}

/// Returns the digits of `v1`, `V1`, `version1`, `v1beta`, `v1-rc2` and `v-1`; an empty string for `v`.
fn number_in(segment: &str) -> Option<&str> {
    // The longer prefix comes first.
    let is_prefix =
        |prefix: &&str| segment.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let prefix = ["version", "v"].into_iter().find(is_prefix)?;
    let after = segment[prefix.len()..].trim_start_matches(|one: char| !one.is_alphanumeric());
    let (digits, rest) = split_number(after);
    let is_end = is_pre_release(rest) || !rest.contains(['_', '-']);
    let is_bare = after.is_empty() && prefix == "v";
    (is_bare || (!digits.is_empty() && is_end)).then_some(digits)
}

fn split_number(text: &str) -> (&str, &str) {
    text.split_at(text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len()))
}

fn is_pre_release(text: &str) -> bool {
    let word = text.trim_start_matches(['_', '-']).trim_end_matches(|one: char| one.is_ascii_digit());
    ["a", "alpha", "b", "beta", "dev", "pre", "preview", "rc", "snapshot"].contains(&word)
}

/// Returns the event type with its version at the end, if the only version is elsewhere.
pub(super) fn moved_to_the_end(text: &str) -> Option<String> {
    let mut segments: Vec<&str> = text.split('.').collect();
    let mut places = (0..segments.len()).filter(|index| is_version(segments[*index]));
    let place = places.next().filter(|place| segments[place + 1..].iter().any(|after| !after.is_empty()))?;
    if places.next().is_some() {
        return None;
    }
    let version = valid(&segments.remove(place)[1..]);
    Some(format!("{}.{version}", segments.join(".")))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{corrected, moved_to_the_end};

    #[test]
    fn other_forms_of_a_version_are_recognized() {
        for last in [
            "1",
            "1.0",
            "V1",
            "v1.0",
            "v1.0.0",
            "v1beta",
            "v1rc2",
            "v1-rc2",
            "version1",
            "v1.0.0-rc.1",
            "v0.9",
            "v01.2",
            "v1.beta",
            "Version1",
            "v",
            "V",
            "v-1",
            "v_1",
            "v.1",
            "v*",
            "version-1",
        ] {
            let text = format!("com.example.course.created.{last}");
            assert_eq!(corrected(&text).as_deref(), Some("com.example.course.created.v1"), "{last}");
        }
        assert_eq!(corrected("com.course.created_v1").as_deref(), Some("com.course.created.v1"));
        assert_eq!(corrected("com.course.created_v02.1").as_deref(), Some("com.course.created.v2"));
        for text in [
            "com.course.created.v1",
            "com.course.created",
            "com.course.v2_created",
            "com.course.verified",
            "com.course.3d_model",
            "v1",
        ] {
            assert_eq!(corrected(text), None, "{text}");
        }
    }

    #[test]
    fn a_version_in_the_middle_moves() {
        let moved = moved_to_the_end("com.example.v1.course.created");
        assert_eq!(moved.as_deref(), Some("com.example.course.created.v1"));
        assert_eq!(moved_to_the_end("com.example.course.created.v1"), None);
    }
}
