//! Reads replies from a connection, in the protocol RESP2.
//!
//! The parser of the crate `redis` needs several times as long for the many short strings of stream entries, which is most of the
//! time of a consumer. Errors are rare, so that parser reads them.

use std::io::{self, ErrorKind, Read};

use redis::Value;

/// The size of the buffer. A longer string goes directly into its value.
const BUFFER: usize = 32 * 1024;
/// The longest line; only error replies are longer than a few bytes.
const LINE: usize = 16 * 1024;
/// The longest string that Redis knows.
const STRING: usize = 512 * 1024 * 1024;
/// The greatest depth of arrays.
const DEPTH: usize = 16;

pub(super) struct ReplyReader {
    buffer: Box<[u8]>,
    /// The bytes of the buffer that arrived and were not read.
    at: usize,
    end: usize,
}

/// Why a reply could not be read.
#[derive(Debug)]
pub(super) enum Unread {
    Io(io::Error),
    /// The server sent something else.
    NotAReply,
}

type Result<T> = std::result::Result<T, Unread>;

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ReplyReader {
    pub(super) fn new() -> Self {
        Self { buffer: vec![0; BUFFER].into(), at: 0, end: 0 }
    }

    /// Reads the next reply, which may be an error reply. After an error, the connection is out of step.
    pub(super) fn read(&mut self, stream: &mut impl Read) -> Result<Value> {
        self.value(stream, DEPTH)
    }

    fn value(&mut self, stream: &mut impl Read, depth: usize) -> Result<Value> {
        let line = self.line(stream)?;
        let (kind, rest) = line.split_first().ok_or(Unread::NotAReply)?;
        match kind {
            b'$' => match len(rest, STRING)? {
                Some(len) => self.string(stream, len).map(Value::BulkString),
                None => Ok(Value::Nil),
            },
            b'*' => match len(rest, usize::MAX)? {
                Some(len) => self.array(stream, len, depth),
                None => Ok(Value::Nil),
            },
            b':' => Ok(Value::Int(number(rest)?)),
            b'+' if rest == b"OK" => Ok(Value::Okay),
            b'+' => String::from_utf8(rest.to_vec()).map(Value::SimpleString).map_err(|_| Unread::NotAReply),
            b'-' => {
                let line = [line, b"\r\n"].concat();
                redis::parse_redis_value(&line).map_err(|_| Unread::NotAReply)
            }
            _ => Err(Unread::NotAReply),
        }
    }

    fn array(&mut self, stream: &mut impl Read, len: usize, depth: usize) -> Result<Value> {
        /// The server may announce more values than it sends.
        const EXPECTED: usize = 1024;
        let depth = depth.checked_sub(1).ok_or(Unread::NotAReply)?;
        let mut values = Vec::with_capacity(len.min(EXPECTED));
        for _ in 0..len {
            values.push(self.value(stream, depth)?);
        }
        Ok(Value::Array(values))
    }

    /// Reads a string and the line break after it.
    fn string(&mut self, stream: &mut impl Read, len: usize) -> Result<Vec<u8>> {
        let whole = len + 2;
        if whole <= BUFFER {
            while self.end - self.at < whole {
                self.fill(stream)?;
            }
            let (string, line_break) = self.buffer[self.at..self.at + whole].split_at(len);
            let string = (line_break == b"\r\n").then(|| string.to_vec());
            self.at += whole;
            return string.ok_or(Unread::NotAReply);
        }
        let mut string = self.buffer[self.at..self.end].to_vec();
        (self.at, self.end) = (0, 0);
        let left = whole - string.len();
        if stream.take(left as u64).read_to_end(&mut string)? < left {
            return Err(ended().into());
        }
        let line_break = string.split_off(len);
        if line_break == b"\r\n" { Ok(string) } else { Err(Unread::NotAReply) }
    }

    /// Reads a line, and returns it without its end.
    fn line(&mut self, stream: &mut impl Read) -> Result<&[u8]> {
        let mut searched = 0;
        loop {
            let bytes = &self.buffer[self.at..self.end];
            if let Some(found) = bytes[searched..].iter().position(|byte| *byte == b'\n') {
                let (begin, end) = (self.at, self.at + searched + found);
                self.at = end + 1;
                return self.buffer[begin..end].strip_suffix(b"\r").ok_or(Unread::NotAReply);
            }
            searched = bytes.len();
            if searched > LINE {
                return Err(Unread::NotAReply);
            }
            self.fill(stream)?;
        }
    }

    /// Reads more bytes. The caller needs fewer than the buffer can have.
    fn fill(&mut self, stream: &mut impl Read) -> Result<()> {
        if self.end == BUFFER || self.at == self.end {
            self.buffer.copy_within(self.at..self.end, 0);
            (self.at, self.end) = (0, self.end - self.at);
        }
        let read = loop {
            match stream.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        if read == 0 {
            return Err(ended().into());
        }
        self.end += read;
        Ok(())
    }
}

/// Reads the length of a string or an array, none if it is -1.
fn len(text: &[u8], longest: usize) -> Result<Option<usize>> {
    match number(text)? {
        -1 => Ok(None),
        len => usize::try_from(len).ok().filter(|len| *len <= longest).map(Some).ok_or(Unread::NotAReply),
    }
}

fn number(text: &[u8]) -> Result<i64> {
    str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Unread::NotAReply)
}

fn ended() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes at a time.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len());
            (&self.0[..len]).read(buffer).inspect(|read| self.0 = &self.0[*read..])
        }
    }

    fn read_all(bytes: &[u8], piece: usize) -> Result<Vec<Value>> {
        let (mut reader, mut stream) = (ReplyReader::new(), Pieces(bytes, piece));
        let mut values = Vec::new();
        while !stream.0.is_empty() || reader.at < reader.end {
            values.push(reader.read(&mut stream)?);
        }
        Ok(values)
    }

    #[test]
    fn replies_are_as_the_client_reads_them_however_they_arrive() {
        let long = "x".repeat(BUFFER * 3);
        let replies = [
            "+OK\r\n".to_owned(),
            "+PONG\r\n".to_owned(),
            ":-42\r\n".to_owned(),
            "$-1\r\n".to_owned(),
            "*-1\r\n".to_owned(),
            "*0\r\n".to_owned(),
            "$0\r\n\r\n".to_owned(),
            "$7\r\na\r\nb\r\nc\r\n".to_owned(),
            "-NOGROUP No such key\r\n".to_owned(),
            format!("*3\r\n$3\r\n1-1\r\n*2\r\n$4\r\ntype\r\n${}\r\n{long}\r\n:7\r\n", long.len()),
            format!("${}\r\n{}\r\n", BUFFER - 2, &long[..BUFFER - 2]),
            format!("${}\r\n{}\r\n", BUFFER - 1, &long[..BUFFER - 1]),
        ];
        let expected: Vec<Value> =
            replies.iter().map(|reply| redis::parse_redis_value(reply.as_bytes()).unwrap()).collect();
        let bytes = replies.concat().into_bytes();
        for piece in [1, 2, 3, 1000, BUFFER, usize::MAX] {
            assert_eq!(read_all(&bytes, piece).unwrap(), expected, "{piece} bytes at a time");
        }
    }

    #[test]
    fn anything_else_is_an_error() {
        let deep = "*1\r\n".repeat(DEPTH + 1) + ":1\r\n";
        let line = format!("+{}\r\n", "x".repeat(LINE * 2));
        let others = [
            "\r\n",
            "GET / HTTP/1.1\r\n",
            "+OK\n",
            ":\r\n",
            ":1x\r\n",
            "$-2\r\n",
            "$536870913\r\n",
            "$1\r\nab\r\n",
            "*-7\r\n",
            &deep,
            &line,
        ];
        for other in others {
            assert!(matches!(read_all(other.as_bytes(), usize::MAX), Err(Unread::NotAReply)), "{other:.20}");
        }
        let long = format!("${}\r\nxx", BUFFER * 2);
        for cut in ["$5\r\nab", "*2\r\n:1\r\n", "*1000000000\r\n:1\r\n", ":1", &long] {
            assert!(matches!(read_all(cut.as_bytes(), usize::MAX), Err(Unread::Io(_))), "{cut:.20}");
        }
        let broken = format!("${}\r\n{}xx", BUFFER, "x".repeat(BUFFER));
        assert!(matches!(read_all(broken.as_bytes(), usize::MAX), Err(Unread::NotAReply)));
    }
}
