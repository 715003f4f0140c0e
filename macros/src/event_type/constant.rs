//! The constant of an event, compared with its event type.

use crate::names::split_version;

/// The constant of the event.
pub(crate) struct Constant<'a> {
    pub(crate) name: &'a str,
    /// Says how to give it another name.
    pub(crate) rename: &'a dyn Fn(&str) -> String,
}

impl Constant<'_> {
    /// Returns whether the constant is named after the version, such as `v2`.
    pub(super) fn has_version(&self, version: &str) -> bool {
        let (_, suffix) = split_version(self.name);
        suffix.map_or(version == "v1", |suffix| version[1..] == *suffix)
    }

    /// Returns the help that says to write the event type, and to rename the constant if that becomes necessary.
    pub(super) fn write(&self, event_type: &str) -> String {
        let mut help = format!("write `\"{event_type}\"`");
        if let Some((_, version)) =
            event_type.rsplit_once('.').filter(|(_, version)| !self.has_version(version))
        {
            let (base, _) = split_version(self.name);
            let suffix = if version == "v1" { String::new() } else { format!("_{}", version.to_uppercase()) };
            help = format!("{help}, and {}", (self.rename)(&format!("{base}{suffix}")));
        }
        help
    }
}

/// Returns subject and action for a constant: `course.created` for `COURSE_CREATED_V2`.
pub(crate) fn subject_and_action(constant: &str) -> String {
    let (base, _) = split_version(constant);
    let words: Vec<String> =
        base.split('_').filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    match &words[..] {
        [] => "subject.created".to_owned(),
        [action] => format!("subject.{action}"),
        words => words.join("."),
    }
}
