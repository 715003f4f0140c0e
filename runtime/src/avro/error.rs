//! Why bytes are not an event.

use std::{error::Error, fmt};

/// Any error that can be sent to another thread, as `?` makes it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Bytes that are not the Avro form of the event they were decoded as.
///
/// It names the field by its path from the event's data, the offset in the input, and what was
/// expected there. It never holds a value of the message, which may be personal data.
///
/// ```
/// # use openedx_events::{codec, learning::signals::StudentRegistrationCompleted};
/// let error = codec::decode::<StudentRegistrationCompleted>(&[2, 1, 200]).unwrap_err();
/// assert_eq!(error.field_path(), "user.pii.username");
/// assert_eq!(error.offset(), 2);
/// assert_eq!(error.expected(), "a string");
/// assert_eq!(error.to_string(), "`user.pii.username` at byte 2: expected a string, but the input ends");
/// ```
pub struct DecodeError(Box<Inner>);

struct Inner {
    /// The innermost field first.
    path: Vec<Segment>,
    offset: usize,
    expected: &'static str,
    problem: Problem,
}

/// A step from a value into one of its parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment {
    Field(&'static str),
    /// The number of an item of an array, or that at which an entry of a map was met.
    Index(usize),
}

/// A path as people write it, from the outermost segment on.
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

/// What stood in the input instead.
pub(crate) enum Problem {
    EndOfInput,
    LongTooLarge,
    Length(i64),
    NotUtf8,
    Boolean(u8),
    Branch(i64),
    OutOfRange,
    Value(BoxError),
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(offset: usize, expected: &'static str, problem: Problem) -> Self {
        Self(Box::new(Inner { path: Vec::new(), offset, expected, problem }))
    }

    /// The value at `offset` was read, and is none of what was `expected`.
    #[cold]
    pub(crate) fn refused(offset: usize, expected: &'static str, error: BoxError) -> Self {
        Self::new(offset, expected, Problem::Value(error))
    }

    /// The same error, inside the field `name`.
    #[cold]
    #[must_use]
    pub(crate) fn in_field(mut self, name: &'static str) -> Self {
        self.0.path.push(Segment::Field(name));
        self
    }

    /// The same error, inside item `index` of an array or a map.
    #[cold]
    #[must_use]
    pub(crate) fn in_item(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// Where in the event the error is, as in `enrollment.user.pii.email` or `roles[3]`; entries of a
    /// map have the number at which they were met.
    #[must_use]
    pub fn field_path(&self) -> String {
        path_text(self.0.path.iter().rev())
    }

    /// The byte at which the value begins that could not be read, from 0.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// Whether the error is at that path, the outermost segment first.
    pub(crate) fn is_at(&self, path: &[Segment]) -> bool {
        self.0.path.iter().rev().eq(path)
    }

    /// What is wrong with a value whose bytes were made of another form.
    pub(crate) fn reason(&self) -> String {
        match &self.0.problem {
            Problem::Value(error) => error.to_string(),
            problem => format!("expected {}, but {problem}", self.0.expected),
        }
    }

    /// Where that is, and what.
    pub(crate) fn without_offset(&self) -> String {
        format!("`{}`: {}", self.field_path(), self.reason())
    }

    /// What the event's definition says should stand there, as in "a string".
    #[must_use]
    pub fn expected(&self) -> &str {
        self.0.expected
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { path, offset, expected, problem } = &*self.0;
        if !path.is_empty() {
            write!(f, "`{}` at ", self.field_path())?;
        }
        write!(f, "byte {offset}: expected {expected}, but {problem}")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfInput => f.write_str("the input ends"),
            Self::LongTooLarge => f.write_str("the number has more than 64 bits"),
            Self::Length(length) => write!(f, "its length is {length}"),
            Self::NotUtf8 => f.write_str("the text is not UTF-8"),
            Self::Boolean(byte) => write!(f, "the byte is {byte:#04x}, neither 0 nor 1"),
            Self::Branch(branch) => write!(f, "the union has no branch {branch}"),
            Self::OutOfRange => f.write_str("the number is out of its range"),
            Self::Value(error) => write!(f, "the value was refused: {error}"),
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl Error for DecodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.problem {
            Problem::Value(error) => Some(&**error),
            _ => None,
        }
    }
}
