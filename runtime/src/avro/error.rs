//! Errors about bytes that are not an event.

use std::{error::Error, fmt};

use crate::error::debug_as_chain;

/// Any error that can be sent to another thread, as `?` makes it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// An error about bytes that are not the Avro form of the expected event.
///
/// It gives the path of the field in the event's data, the offset in the input, and what was expected there.
/// It never holds a value of the message, which may be personal data.
///
/// ```
/// # use openedx_events::{codec, learning::signals::StudentRegistrationCompleted};
/// let error = codec::decode::<StudentRegistrationCompleted>(&[2, 1, 200]).unwrap_err();
/// assert_eq!(error.field_path(), "user.pii.username");
/// assert_eq!(error.offset(), 2);
/// assert_eq!(error.expected(), "a string");
/// assert_eq!(error.to_string(), "`user.pii.username` at byte 2: expected a string, but the input ends");
/// ```
pub struct DecodeError(Box<Details>);

struct Details {
    /// The innermost segment first.
    path: Vec<Segment>,
    offset: usize,
    expected: &'static str,
    mismatch: Mismatch,
}

/// A step from a value into one of its parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment {
    Field(&'static str),
    /// The number of an item in an array, or of an entry in a map, in the order of the input.
    Index(usize),
}

/// Returns a path as people write it, the outermost segment first.
pub(crate) fn path_text<'a>(path: impl Iterator<Item = &'a Segment>) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Segment::Index(index) => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
        }
    }
    text
}

/// The difference between the input and the expected value.
pub(crate) enum Mismatch {
    EndOfInput,
    LongTooLarge,
    Length(i64),
    NotUtf8,
    Boolean(u8),
    Branch(i64),
    OutOfRange,
    TooDeep,
    Value(BoxError),
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(offset: usize, expected: &'static str, mismatch: Mismatch) -> Self {
        Self(Box::new(Details { path: Vec::new(), offset, expected, mismatch }))
    }

    /// Makes the error for a value at `offset` that its type refuses.
    #[cold]
    pub(crate) fn refused(offset: usize, expected: &'static str, error: BoxError) -> Self {
        Self::new(offset, expected, Mismatch::Value(error))
    }

    /// Returns the same error, inside the field `name`.
    #[cold]
    #[must_use]
    pub(crate) fn in_field(mut self, name: &'static str) -> Self {
        self.0.path.push(Segment::Field(name));
        self
    }

    /// Returns the same error, inside item `index` of an array or a map.
    #[cold]
    #[must_use]
    pub(crate) fn in_item(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// Returns the path of the field, such as `enrollment.user.pii.email` or `roles[3]`. Entries of a map are numbered
    /// in the order of the input.
    #[must_use]
    pub fn field_path(&self) -> String {
        path_text(self.0.path.iter().rev())
    }

    /// Returns the offset of the unreadable value in the input, in bytes from 0.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// Returns whether the error is at that path, the outermost segment first.
    pub(crate) fn is_at(&self, path: &[Segment]) -> bool {
        self.0.path.iter().rev().eq(path)
    }

    /// Returns what is wrong, for a value whose Avro bytes this program made from another format.
    pub(crate) fn reason(&self) -> String {
        match &self.0.mismatch {
            Mismatch::Value(error) => error.to_string(),
            mismatch => format!("expected {}, but {mismatch}", self.0.expected),
        }
    }

    /// Returns the path and the reason.
    pub(crate) fn without_offset(&self) -> String {
        format!("`{}`: {}", self.field_path(), self.reason())
    }

    /// Returns what the event's definition expects there, such as "a string".
    #[must_use]
    pub fn expected(&self) -> &str {
        self.0.expected
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { path, offset, expected, mismatch } = &*self.0;
        if !path.is_empty() {
            write!(f, "`{}` at ", self.field_path())?;
        }
        write!(f, "byte {offset}: expected {expected}, but {mismatch}")
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfInput => f.write_str("the input ends"),
            Self::LongTooLarge => f.write_str("the number has more than 64 bits"),
            Self::Length(length) => write!(f, "its length is {length}"),
            Self::NotUtf8 => f.write_str("the string is not UTF-8"),
            Self::Boolean(byte) => write!(f, "the byte is {byte:#04x}, neither 0 nor 1"),
            Self::Branch(branch) => write!(f, "the union has no branch {branch}"),
            Self::OutOfRange => f.write_str("the number is out of range"),
            Self::TooDeep => f.write_str("it is nested too deeply"),
            Self::Value(error) => write!(f, "the value was refused: {error}"),
        }
    }
}

debug_as_chain!(DecodeError);

impl Error for DecodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.mismatch {
            Mismatch::Value(error) => Some(&**error),
            _ => None,
        }
    }
}
