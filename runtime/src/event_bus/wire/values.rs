//! The memory in which a thread puts together the values of a new message.

use std::{fmt, io::Write as _, ops::Range};

use bytes::Bytes;
use uuid::Uuid;

/// The headers and the data of a message, which share one allocation: another thread often frees it, which takes longer.
#[derive(Default)]
pub(super) struct Values(Vec<u8>);

impl Values {
    /// The bytes that a thread keeps for its next message.
    const MOST_KEPT: usize = 64 * 1024;
    /// The largest data that is copied.
    pub(super) const LARGEST_COPY: usize = 16 * 1024;

    pub(super) fn add_bytes(&mut self, value: &[u8]) -> Range<usize> {
        let start = self.0.len();
        self.0.extend_from_slice(value);
        start..self.0.len()
    }

    pub(super) fn add_text(&mut self, value: &str) -> Range<usize> {
        self.add_bytes(value.as_bytes())
    }

    pub(super) fn add(&mut self, value: impl fmt::Display) -> Range<usize> {
        let start = self.0.len();
        // Writing to memory cannot fail.
        let _ = write!(self.0, "{value}");
        start..self.0.len()
    }

    /// Avoids the formatter, which is several times slower.
    pub(super) fn add_id(&mut self, id: Uuid) -> Range<usize> {
        self.add_text(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }

    /// Writes numbers with dots between them. They are small, so this avoids the formatter as well.
    pub(super) fn add_numbers(&mut self, numbers: &[u64]) -> Range<usize> {
        let start = self.0.len();
        for (index, number) in numbers.iter().enumerate() {
            if index > 0 {
                self.0.push(b'.');
            }
            match u8::try_from(*number) {
                Ok(digit @ 0..=9) => self.0.push(b'0' + digit),
                _ => drop(self.add(number)),
            }
        }
        start..self.0.len()
    }

    /// Returns the values, and forgets them.
    pub(super) fn take(&mut self) -> Bytes {
        let values = Bytes::copy_from_slice(&self.0);
        self.0.clear();
        self.0.shrink_to(Self::MOST_KEPT);
        values
    }
}
