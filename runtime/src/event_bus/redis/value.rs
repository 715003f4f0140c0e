//! Replies of the server's protocol (RESP2), read from bytes as they come.

use bytes::{Bytes, BytesMut};

/// A reply, or a part of one. Texts share the memory that they were received in.
#[derive(Clone, Default, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Value {
    #[default]
    Nil,
    Int(i64),
    SimpleString(Bytes),
    BulkString(Bytes),
    Array(Vec<Value>),
    /// An error that the server answered with: its code and its text.
    ServerError(Bytes),
}

/// What was received is no reply.
#[derive(Debug, PartialEq)]
pub(super) struct Malformed;

/// What was received and not taken yet.
#[derive(Default)]
pub(super) struct Replies {
    bytes: BytesMut,
    /// How far the first reply is known, which may be further than what has come: a long text says its length first.
    end: usize,
    /// How many values it has after that.
    missing: usize,
}

/// No answer to a command is nested deeper.
const MOST_LEVELS: usize = 16;
/// The server takes no longer texts either (`proto-max-bulk-len`).
const LONGEST: usize = 512 << 20;
const END_OF_LINE: usize = 2;

impl Replies {
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes the first reply, where it has come whole.
    pub(super) fn take(&mut self) -> Result<Option<Value>, Malformed> {
        if self.end == 0 {
            self.missing = 1;
        }
        while self.missing > 0 {
            let rest = self.bytes.get(self.end..).unwrap_or_default();
            let Some((kind, text)) = header(rest)? else { return Ok(None) };
            let mut len = 1 + text.len() + END_OF_LINE;
            self.missing -= 1;
            match (kind, text) {
                (b'$', _) => len += length(text)?.map_or(0, |len| len + END_OF_LINE),
                (b'*', _) => {
                    let items = length(text)?.unwrap_or_default();
                    self.missing = self.missing.checked_add(items).ok_or(Malformed)?;
                }
                _ => {}
            }
            self.end = self.end.checked_add(len).ok_or(Malformed)?;
        }
        if self.end > self.bytes.len() {
            return Ok(None);
        }
        let reply = self.bytes.split_to(self.end).freeze();
        self.end = 0;
        value(&reply, &mut 0, 0).map(Some)
    }
}

/// The value at `at`, which moves behind it.
fn value(bytes: &Bytes, at: &mut usize, level: usize) -> Result<Value, Malformed> {
    let (kind, text) = header(bytes.get(*at..).unwrap_or_default())?.ok_or(Malformed)?;
    let start = *at + 1;
    let end = start + text.len();
    *at = end + END_OF_LINE;
    Ok(match kind {
        b'+' => Value::SimpleString(bytes.slice(start..end)),
        b'-' => Value::ServerError(bytes.slice(start..end)),
        b':' => Value::Int(number(text)?),
        b'$' => match length(text)? {
            None => Value::Nil,
            Some(len) => {
                let (start, end) = (*at, *at + len);
                if bytes.get(end..end + END_OF_LINE) != Some(b"\r\n") {
                    return Err(Malformed);
                }
                *at = end + END_OF_LINE;
                Value::BulkString(bytes.slice(start..end))
            }
        },
        _ => match length(text)? {
            None => Value::Nil,
            Some(_) if level >= MOST_LEVELS => return Err(Malformed),
            // All of them are there, so there is no more memory to take than for what has come.
            Some(len) => {
                let mut items = Vec::with_capacity(len);
                for _ in 0..len {
                    items.push(value(bytes, at, level + 1)?);
                }
                Value::Array(items)
            }
        },
    })
}

/// The kind of the value that begins here, and the rest of its first line; `None` where the line has not come whole.
fn header(bytes: &[u8]) -> Result<Option<(u8, &[u8])>, Malformed> {
    /// Lines are numbers and short texts; errors may quote a little.
    const LONGEST_LINE: usize = 64 << 10;
    let Some((&kind, rest)) = bytes.split_first() else { return Ok(None) };
    if !matches!(kind, b'+' | b'-' | b':' | b'$' | b'*') {
        return Err(Malformed);
    }
    match rest.iter().position(|byte| *byte == b'\r') {
        Some(end) => match rest.get(end + 1) {
            Some(b'\n') => Ok(Some((kind, &rest[..end]))),
            Some(_) => Err(Malformed),
            None => Ok(None),
        },
        None if rest.len() > LONGEST_LINE => Err(Malformed),
        None => Ok(None),
    }
}

/// How much follows; `None` for nothing at all, which is less than an empty text or list.
fn length(text: &[u8]) -> Result<Option<usize>, Malformed> {
    match number(text)? {
        -1 => Ok(None),
        len => usize::try_from(len).ok().filter(|len| *len <= LONGEST).map(Some).ok_or(Malformed),
    }
}

fn number(text: &[u8]) -> Result<i64, Malformed> {
    let (is_negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() {
        return Err(Malformed);
    }
    // Counted downwards: the least number has no positive counterpart.
    let negative = digits.iter().try_fold(0_i64, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        let number = number.checked_mul(10)?.checked_sub(i64::from(digit))?;
        (digit < 10).then_some(number)
    });
    let number = if is_negative { negative } else { negative.and_then(i64::checked_neg) };
    number.ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &'static str) -> Value {
        Value::BulkString(Bytes::from_static(text.as_bytes()))
    }

    fn read(text: &[u8]) -> Result<Option<Value>, Malformed> {
        let mut replies = Replies::default();
        replies.receive(text);
        replies.take()
    }

    const ANSWER: &[u8] = b"*2\r\n$6\r\nstream\r\n*3\r\n:-7\r\n$-1\r\n*2\r\n+OK\r\n$2\r\n\r\n\r\n";

    fn answer() -> Value {
        let ok = Value::SimpleString(Bytes::from_static(b"OK"));
        let inner = Value::Array(vec![ok, bulk("\r\n")]);
        Value::Array(vec![bulk("stream"), Value::Array(vec![Value::Int(-7), Value::Nil, inner])])
    }

    #[test]
    fn replies_are_the_same_however_they_are_cut() {
        let twice = [ANSWER, ANSWER].concat();
        for piece in 1..=twice.len() {
            let mut replies = Replies::default();
            let mut taken = Vec::new();
            for bytes in twice.chunks(piece) {
                replies.receive(bytes);
                while let Some(reply) = replies.take().unwrap() {
                    taken.push(reply);
                }
            }
            assert_eq!(taken, [answer(), answer()], "pieces of {piece}");
        }
    }

    #[test]
    fn errors_and_extremes_are_values() {
        let error = Value::ServerError(Bytes::from_static(b"NOGROUP no such group"));
        assert_eq!(read(b"-NOGROUP no such group\r\n"), Ok(Some(error)));
        assert_eq!(read(b":-9223372036854775808\r\n"), Ok(Some(Value::Int(i64::MIN))));
        assert_eq!(read(b"*-1\r\n"), Ok(Some(Value::Nil)));
        assert_eq!(read(b"*0\r\n"), Ok(Some(Value::Array(Vec::new()))));
        assert_eq!(read(b"$0\r\n\r\n"), Ok(Some(bulk(""))));
    }

    #[test]
    fn what_is_no_reply_is_refused_without_panic_or_much_memory() {
        let deep = b"*1\r\n".repeat(100_000);
        let cases: &[&[u8]] = &[
            b"HTTP/1.1 400 Bad Request\r\n",
            b"\x15\x03\x01",
            b"$x\r\n",
            b"$\r\n",
            b"$-2\r\n",
            b"$99999999999\r\n",
            b":92233720368547758080\r\n",
            b":1\rx",
            b"$1\r\nabc",
            &[&deep[..], b":1\r\n"].concat(),
        ];
        for case in cases {
            assert_eq!(
                read(case),
                Err(Malformed),
                "{}",
                String::from_utf8_lossy(&case[..case.len().min(20)])
            );
        }
        // These may go on, and reserve nothing for what has not come.
        for case in [&b"*500000000\r\n"[..], b"$500000000\r\nabc", &deep, b"+endless"] {
            assert_eq!(read(case), Ok(None));
        }
        let mut endless = Replies::default();
        endless.receive(&vec![b'+'; 100_000]);
        assert_eq!(endless.take(), Err(Malformed));
    }
}
