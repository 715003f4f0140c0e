//! Avro's primitive forms, read from a slice.

use std::str::FromStr;

use super::error::{BoxError, DecodeError, Problem};

/// A position in the bytes of one message.
///
/// What it hands out borrows from the input, and no length or count in the input is believed before the
/// bytes for it are there: hostile input costs no more than its own size.
pub struct Decoder<'a> {
    input: &'a [u8],
    offset: usize,
    /// Whether the message turned out to be of an earlier minor version, and is read to its end.
    is_earlier: bool,
}

impl<'a> Decoder<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        Self { input, offset: 0, is_earlier: false }
    }

    /// The bytes that were not read yet.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.input.len() - self.offset
    }

    /// The position of the next byte in the input.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many items of type `T` to make room for when the input announces `count`: never more memory
    /// than the input has bytes left, since the count alone proves nothing.
    #[must_use]
    pub fn room_for<T>(&self, count: u64) -> usize {
        let most = self.remaining() / size_of::<T>().max(1);
        usize::try_from(count).map_or(most, |count| count.min(most))
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Problem> {
        let byte = *self.input.get(self.offset).ok_or(Problem::EndOfInput)?;
        self.offset += 1;
        Ok(byte)
    }

    #[inline]
    fn take(&mut self, count: usize) -> Result<&'a [u8], Problem> {
        let rest = &self.input[self.offset..];
        let taken = rest.get(..count).ok_or(Problem::EndOfInput)?;
        self.offset += count;
        Ok(taken)
    }

    /// Seven bits a byte, the lowest first; longer than needed is fine, as in Python, as long as the
    /// bits beyond the 64th are zero.
    #[inline]
    fn varint(&mut self) -> Result<i64, Problem> {
        let first = self.byte()?;
        let value = if first < 0x80 { u64::from(first) } else { self.long_varint(first)? };
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn long_varint(&mut self, first: u8) -> Result<u64, Problem> {
        let mut value = u64::from(first & 0x7f);
        let mut shift = 7;
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let in_range = match shift {
                0..63 => true,
                63 => bits <= 1,
                _ => bits == 0,
            };
            if !in_range {
                return Err(Problem::LongTooLarge);
            }
            if shift < 64 {
                value |= bits << shift;
                shift += 7;
            }
            if byte < 0x80 {
                return Ok(value);
            }
        }
    }

    /// A length, and the bytes it counts.
    #[inline]
    fn counted(&mut self) -> Result<&'a [u8], Problem> {
        let length = self.varint()?;
        match usize::try_from(length) {
            Ok(count) => self.take(count),
            Err(_) if length < 0 => Err(Problem::Length(length)),
            Err(_) => Err(Problem::EndOfInput),
        }
    }

    /// Reads with `read`; an error gets the offset at which the value began.
    #[inline]
    fn expect<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, DecodeError> {
        let start = self.offset;
        read(self).map_err(|problem| DecodeError::new(start, expected, problem))
    }

    /// A `long`.
    #[inline]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        self.expect("a long", Self::varint)
    }

    /// A `long` in the range of a smaller integer type, which `expected` names.
    #[inline]
    pub fn integer<T: TryFrom<i64>>(&mut self, expected: &'static str) -> Result<T, DecodeError> {
        self.expect(expected, |input| T::try_from(input.varint()?).map_err(|_| Problem::OutOfRange))
    }

    /// A `boolean`.
    #[inline]
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        self.expect("a boolean", |input| match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Problem::Boolean(other)),
        })
    }

    /// A `double`.
    #[inline]
    pub fn double(&mut self) -> Result<f64, DecodeError> {
        self.expect("a double", |input| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(input.take(8)?);
            Ok(f64::from_le_bytes(bytes))
        })
    }

    /// `bytes`.
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        self.expect("bytes", Self::counted)
    }

    /// A `string`.
    #[inline]
    pub fn string(&mut self) -> Result<&'a str, DecodeError> {
        self.expect("a string", |input| std::str::from_utf8(input.counted()?).map_err(|_| Problem::NotUtf8))
    }

    /// The bytes of a `string` whose reader checks them itself; `expected` says what it reads.
    #[inline]
    pub(crate) fn text_bytes(&mut self, expected: &'static str) -> Result<&'a [u8], DecodeError> {
        self.expect(expected, Self::counted)
    }

    /// A `string` that is the text of a `T`, which `expected` names.
    #[inline]
    pub fn parse<T: FromStr<Err: Into<BoxError>>>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, DecodeError> {
        let start = self.offset;
        self.string()?.parse().map_err(|error: T::Err| DecodeError::refused(start, expected, error.into()))
    }

    /// The branch of the union `["null", T]`: whether a `T` follows.
    #[inline]
    pub fn some(&mut self) -> Result<bool, DecodeError> {
        self.expect("null or a value", |input| match input.varint()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Problem::Branch(other)),
        })
    }

    /// The number of items in the next block of an array or a map; `None` at its end.
    ///
    /// A negative count is followed by the block's size in bytes, which serves readers that skip.
    #[inline]
    pub fn block(&mut self) -> Result<Option<u64>, DecodeError> {
        self.expect("a block of items", |input| {
            let count = input.varint()?;
            if count < 0 {
                let size = input.varint()?;
                if size < 0 {
                    return Err(Problem::Length(size));
                }
            }
            Ok((count != 0).then_some(count.unsigned_abs()))
        })
    }

    /// One field of a record; an error gets the field's name.
    #[inline]
    pub fn field<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        read(self).map_err(|error| error.in_field(name))
    }

    /// A data key that an earlier minor version of the event does not have, where the message is of one: its
    /// bytes end exactly where the record of that version ends, which is possible here if `can_end`.
    #[inline]
    pub fn later_field<T>(
        &mut self,
        name: &'static str,
        can_end: bool,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
        absent: impl FnOnce() -> Option<T>,
    ) -> Result<T, DecodeError> {
        self.is_earlier |= can_end && self.remaining() == 0;
        match self.is_earlier.then(absent).flatten() {
            Some(value) => Ok(value),
            None => self.field(name, read),
        }
    }

    /// All items of an array or a map, over all its blocks; an error gets the item's number.
    ///
    /// `take` gets the number of items to make room for (`None`) before each block, then the items.
    pub fn items<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
        mut take: impl FnMut(usize, Option<T>),
    ) -> Result<(), DecodeError> {
        let mut index = 0;
        while let Some(count) = self.block()? {
            take(self.room_for::<T>(count), None);
            for _ in 0..count {
                let item = read(self).map_err(|error| error.in_item(index))?;
                take(1, Some(item));
                index += 1;
            }
        }
        Ok(())
    }
}
