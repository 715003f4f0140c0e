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

/// Returns the event type with a last segment `vN` if its version has another form.
pub(super) fn corrected(text: &str) -> Option<String> {
    let (head, last) = text.rsplit_once('.')?;
    if is_version(last) {
        return None;
    }
    // `….created_v1`
    if let Some((stem, version)) = last.rsplit_once(['_', '-'])
        && is_version(version)
    {
        return Some(format!("{head}.{stem}.{version}"));
    }
    // `….created.1`, and `….created.v1.0` with a minor version, which is a separate argument
    if is_number(last) {
        let major = head.rsplit('.').next().filter(|before| is_version(before));
        return Some(major.map_or_else(|| format!("{head}.v{last}"), |_| head.to_owned()));
    }
    // `….created.V1`, `….created.v1beta`, `….created.version1`
    let lower = last.to_ascii_lowercase();
    let number = lower.strip_prefix("version").or_else(|| lower.strip_prefix('v'))?;
    let end = number.find(|one: char| !one.is_ascii_digit()).unwrap_or(number.len());
    let (digits, suffix) = number.split_at(end);
    (!digits.is_empty() && !suffix.contains(['_', '-'])).then(|| format!("{head}.v{digits}"))
}

/// Returns the event type with its version at the end, if the only version is elsewhere.
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
    use super::{corrected, moved_to_the_end};

    #[test]
    fn other_forms_of_a_version_are_recognized() {
        for last in ["1", "V1", "v1.0", "v1beta", "v1rc2", "version1"] {
            let text = format!("com.example.course.created.{last}");
            assert_eq!(corrected(&text).as_deref(), Some("com.example.course.created.v1"), "{last}");
        }
        assert_eq!(corrected("com.course.created_v1").as_deref(), Some("com.course.created.v1"));
        for text in
            ["com.course.created.v1", "com.course.created", "com.course.v2_created", "com.course.verified"]
        {
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
