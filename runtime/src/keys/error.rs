//! Why a text is not a key.

use std::{error::Error, fmt};

/// A text that is not the key it was read as, or a part that a key cannot have.
///
/// It names the part and the byte, and never repeats the text, which may be long or personal; only a
/// character that cannot stand where it does is shown. Python's counterpart is `InvalidKeyError`.
///
/// ```
/// use openedx_events::keys::CourseKey;
///
/// let error = "course-v1:edX+Demo X+2026".parse::<CourseKey>().unwrap_err();
/// assert_eq!(error.part(), "course");
/// assert_eq!(error.offset(), 18);
/// assert_eq!(error.to_string(), "invalid course key: `course` cannot have ' ' (byte 18)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError {
    /// Such as "course key".
    noun: &'static str,
    fault: Fault,
}

impl KeyError {
    /// Returns the part at fault, by the name that its accessor has, as in `course`; `namespace` where the text
    /// begins like no key of this kind, `key` where it does not fall into parts.
    #[must_use]
    pub fn part(&self) -> &str {
        self.fault.part
    }

    /// Returns the byte of the text at which the mistake is, from 0; for a constructor, that of the part.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.fault.offset
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { part, offset, problem } = self.fault;
        write!(f, "invalid {}: `{part}` ", self.noun)?;
        match problem {
            Problem::Missing => f.write_str("is missing"),
            Problem::Empty => f.write_str("is empty"),
            Problem::Character(character) => write!(f, "cannot have {character:?}"),
            Problem::Other(text) => f.write_str(text),
        }?;
        write!(f, " (byte {offset})")
    }
}

impl Error for KeyError {}

/// What is wrong with a key of a kind that is not said yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    part: &'static str,
    offset: usize,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Missing,
    Empty,
    Character(char),
    /// What follows the part's name in the message.
    Other(&'static str),
}

impl Fault {
    #[cold]
    pub(super) fn new(part: &'static str, offset: usize, problem: Problem) -> Self {
        Self { part, offset, problem }
    }

    #[cold]
    pub(super) fn namespace(expected: &'static str) -> Self {
        Self::new("namespace", 0, Problem::Other(expected))
    }

    /// Returns the same fault, in a text that has `bytes` before the one it was found in.
    #[cold]
    #[must_use]
    pub(super) fn after(self, bytes: usize) -> Self {
        self.moved(|offset| offset + bytes)
    }

    /// Returns the same fault, at the byte that `to` says.
    #[cold]
    #[must_use]
    pub(super) fn moved(self, to: impl FnOnce(usize) -> usize) -> Self {
        Self { offset: to(self.offset), ..self }
    }

    #[cold]
    pub(super) fn in_a(self, noun: &'static str) -> KeyError {
        KeyError { noun, fault: self }
    }
}
