//! Appends Avro's primitive types to a buffer.

/// Appends a `long`: zigzag, then seven bits in each byte, the lowest first.
#[inline]
pub(crate) fn long(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    out.push(rest.to_le_bytes()[0]);
}

/// Appends the number of bytes or items that follow, as a `long`.
#[inline]
pub(crate) fn length(out: &mut Vec<u8>, length: usize) {
    // A slice has at most `isize::MAX` bytes, and each item of this crate takes at least one byte.
    long(out, i64::try_from(length).unwrap_or(i64::MAX));
}

/// Appends `bytes`, or a `string` as UTF-8: the length, then the bytes.
#[inline]
pub(crate) fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    length(out, value.len());
    out.extend_from_slice(value);
}

/// Appends a `boolean`: one byte, 0 or 1.
#[inline]
pub(crate) fn boolean(out: &mut Vec<u8>, value: bool) {
    out.push(u8::from(value));
}

/// Appends a `double`: eight bytes, the lowest first.
#[inline]
pub(crate) fn double(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends the items of an array or a map: one block with its count, then the empty block that ends it.
#[inline]
pub(crate) fn blocks<T>(
    out: &mut Vec<u8>,
    items: impl ExactSizeIterator<Item = T>,
    mut item: impl FnMut(T, &mut Vec<u8>),
) {
    if items.len() > 0 {
        length(out, items.len());
        for value in items {
            item(value, out);
        }
    }
    out.push(0);
}
