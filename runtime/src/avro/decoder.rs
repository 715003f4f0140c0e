//! Reads Avro's primitive types from a slice.

use std::str::FromStr;

use super::error::{BoxError, DecodeError, Mismatch};

/// A position in the bytes of one message.
///
/// Strings and bytes borrow from the input. Lengths and counts in the input are not trusted until the bytes are
/// there, so hostile input costs no more memory than its own size.
pub struct Decoder<'a> {
    input: &'a [u8],
    offset: usize,
    /// Whether the message has an earlier minor version and was read to its end.
    is_earlier: bool,
}

impl<'a> Decoder<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        Self { input, offset: 0, is_earlier: false }
    }

    /// Returns the number of unread bytes.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.input.len() - self.offset
    }

    /// Returns the position of the next byte in the input.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the number of items of type `T` to reserve memory for, if the input announces `count` of them. The
    /// memory is never larger than the unread input, because the count may be wrong.
    #[must_use]
    pub fn room_for<T>(&self, count: u64) -> usize {
        let most = self.remaining() / size_of::<T>().max(1);
        usize::try_from(count).map_or(most, |count| count.min(most))
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Mismatch> {
        let byte = *self.input.get(self.offset).ok_or(Mismatch::EndOfInput)?;
        self.offset += 1;
        Ok(byte)
    }

    #[inline]
    fn take(&mut self, count: usize) -> Result<&'a [u8], Mismatch> {
        let rest = &self.input[self.offset..];
        let taken = rest.get(..count).ok_or(Mismatch::EndOfInput)?;
        self.offset += count;
        Ok(taken)
    }

    /// Reads seven bits from each byte, the lowest first. As in Python, a number may be longer than needed if its bits
    /// beyond the 64th are zero.
    #[inline]
    fn varint(&mut self) -> Result<i64, Mismatch> {
        let first = self.byte()?;
        let value = if first < 0x80 { u64::from(first) } else { self.long_varint(first)? };
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn long_varint(&mut self, first: u8) -> Result<u64, Mismatch> {
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
                return Err(Mismatch::LongTooLarge);
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

    /// Reads a length and the bytes that it counts.
    #[inline]
    fn counted(&mut self) -> Result<&'a [u8], Mismatch> {
        let length = self.varint()?;
        match usize::try_from(length) {
            Ok(count) => self.take(count),
            Err(_) if length < 0 => Err(Mismatch::Length(length)),
            Err(_) => Err(Mismatch::EndOfInput),
        }
    }

    /// Calls `read`, and adds the offset of the value to an error.
    #[inline]
    fn expect<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, Mismatch>,
    ) -> Result<T, DecodeError> {
        let start = self.offset;
        read(self).map_err(|mismatch| DecodeError::new(start, expected, mismatch))
    }

    /// Reads a `long`.
    #[inline]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        self.expect("a long", Self::varint)
    }

    /// Reads a `long` in the range of a smaller integer type, which `expected` describes.
    #[inline]
    pub fn integer<T: TryFrom<i64>>(&mut self, expected: &'static str) -> Result<T, DecodeError> {
        self.expect(expected, |input| T::try_from(input.varint()?).map_err(|_| Mismatch::OutOfRange))
    }

    /// Reads a `boolean`.
    #[inline]
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        self.expect("a boolean", |input| match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Mismatch::Boolean(other)),
        })
    }

    /// Reads a `double`.
    #[inline]
    pub fn double(&mut self) -> Result<f64, DecodeError> {
        self.expect("a double", |input| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(input.take(8)?);
            Ok(f64::from_le_bytes(bytes))
        })
    }

    /// Reads `bytes`.
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        self.expect("bytes", Self::counted)
    }

    /// Reads a `string`.
    #[inline]
    pub fn string(&mut self) -> Result<&'a str, DecodeError> {
        self.expect("a string", |input| std::str::from_utf8(input.counted()?).map_err(|_| Mismatch::NotUtf8))
    }

    /// Reads a `float`, which only other writers use.
    pub(crate) fn float(&mut self) -> Result<f32, DecodeError> {
        self.expect("a float", |input| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(input.take(4)?);
            Ok(f32::from_le_bytes(bytes))
        })
    }

    /// Reads a `fixed` of `size` bytes, which only other writers use.
    pub(crate) fn fixed(&mut self, size: usize) -> Result<&'a [u8], DecodeError> {
        self.expect("a fixed number of bytes", |input| input.take(size))
    }

    /// Reads the number of a union's branch, and returns the result of `find` for that number.
    pub(crate) fn branch<T>(&mut self, find: impl FnOnce(usize) -> Option<T>) -> Result<T, DecodeError> {
        self.expect("a branch of the union that the field can have", |input| {
            let branch = input.varint()?;
            usize::try_from(branch).ok().and_then(find).ok_or(Mismatch::Branch(branch))
        })
    }

    /// Returns the bytes that were read since `offset`.
    pub(crate) fn since(&self, offset: usize) -> &'a [u8] {
        self.input.get(offset..self.offset).unwrap_or_default()
    }

    /// Returns a second position in the same input.
    pub(crate) fn at(&self, offset: usize) -> Self {
        Self { input: self.input, offset, is_earlier: self.is_earlier }
    }

    /// Makes the error for a value that contains itself too often.
    #[cold]
    pub(crate) fn too_deep(&self) -> DecodeError {
        DecodeError::new(self.offset, "a value", Mismatch::TooDeep)
    }

    /// Reads the bytes of a `string` for a caller that checks them itself; `expected` describes the value.
    #[inline]
    pub(crate) fn text_bytes(&mut self, expected: &'static str) -> Result<&'a [u8], DecodeError> {
        self.expect(expected, Self::counted)
    }

    /// Reads a `string` and parses it as a `T`, which `expected` describes.
    #[inline]
    pub fn parse<T: FromStr<Err: Into<BoxError>>>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, DecodeError> {
        let start = self.offset;
        self.string()?.parse().map_err(|error: T::Err| DecodeError::refused(start, expected, error.into()))
    }

    /// Reads the branch of a union `["null", T]`, and returns whether a `T` follows.
    #[inline]
    pub fn some(&mut self) -> Result<bool, DecodeError> {
        self.expect("null or a value", |input| match input.varint()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Mismatch::Branch(other)),
        })
    }

    /// Reads the number of items in the next block of an array or a map; `None` at its end.
    ///
    /// After a negative count comes the block's size in bytes, for readers that skip it.
    #[inline]
    pub fn block(&mut self) -> Result<Option<u64>, DecodeError> {
        self.expect("a block of items", |input| {
            let count = input.varint()?;
            if count < 0 {
                let size = input.varint()?;
                if size < 0 {
                    return Err(Mismatch::Length(size));
                }
            }
            Ok((count != 0).then_some(count.unsigned_abs()))
        })
    }

    /// Reads a field of a record. An error gets the field's name.
    #[inline]
    pub fn field<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        read(self).map_err(|error| error.in_field(name))
    }

    /// Reads a data key that earlier minor versions of the event lack. If `can_end` is set, the record of such a
    /// version ends here. If the message ends here too, the value of this and each later data key is `absent()`.
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

    /// Reads all items of an array or a map, over all its blocks. An error gets the item's number.
    ///
    /// Before each block, calls `take` with the number of items to reserve and `None`, then once with each item.
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
