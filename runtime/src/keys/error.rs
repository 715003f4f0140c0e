//! Errors about strings that are not a key.

use std::{error::Error, fmt};

/// An error about a string that is not a key of the expected kind, or about an invalid part of a key.
///
/// It names the part and the byte. It never repeats the string, which may be long or personal, except for one invalid
/// character. Python's counterpart is `InvalidKeyError`.
///
/// ```
/// use openedx_events::keys::CourseKey;
///
/// let error = "course-v1:edX+Demo X+2026".parse::<CourseKey>().unwrap_err();
/// assert_eq!(error.part(), "course");
/// assert_eq!(error.offset(), 18);
/// assert_eq!(error.to_string(), "invalid course key: `course` cannot contain ' ' (byte 18)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError {
    /// The kind of key, as in "course key".
    noun: &'static str,
    fault: Fault,
}

impl KeyError {
    /// Returns the name of the invalid part, such as `course`: the name of its accessor, `namespace` if the beginning
    /// is wrong, or `key` if the string cannot be split into parts.
    #[must_use]
    pub fn part(&self) -> &str {
        self.fault.part
    }

    /// Returns the position of the mistake, in bytes from 0: in the string, or for a constructor in the part.
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
            KeyProblem::Missing => f.write_str("is missing"),
            KeyProblem::Empty => f.write_str("is empty"),
            KeyProblem::Character(character) => write!(f, "cannot contain {character:?}"),
            KeyProblem::Other(text) => f.write_str(text),
        }?;
        write!(f, " (byte {offset})")
    }
}

impl Error for KeyError {}

/// A mistake in a key, before the kind of key is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    part: &'static str,
    offset: usize,
    problem: KeyProblem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyProblem {
    Missing,
    Empty,
    Character(char),
    /// The words after the part's name in the message.
    Other(&'static str),
}

impl Fault {
    #[cold]
    pub(super) fn new(part: &'static str, offset: usize, problem: KeyProblem) -> Self {
        Self { part, offset, problem }
    }

    /// Makes the fault of the key as a whole.
    #[cold]
    pub(super) fn key(offset: usize, problem: &'static str) -> Self {
        Self::new("key", offset, KeyProblem::Other(problem))
    }

    #[cold]
    pub(super) fn namespace(expected: &'static str) -> Self {
        Self::new("namespace", 0, KeyProblem::Other(expected))
    }

    /// Moves the fault into a longer text, which has `bytes` more at the beginning.
    #[cold]
    #[must_use]
    pub(super) fn after(self, bytes: usize) -> Self {
        self.moved(|offset| offset + bytes)
    }

    /// Moves the fault to the position that `to` returns.
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
