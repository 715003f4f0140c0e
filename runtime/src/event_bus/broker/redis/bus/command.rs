//! Commands in the server's protocol: several for one write, without a copy of each argument.

use super::{short_text::ShortText, stream_id::StreamId};

/// Commands that go to the server together, each with one reply.
#[derive(Default)]
pub(super) struct Commands {
    bytes: Vec<u8>,
    replies: usize,
}

impl Commands {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Begins a command of exactly `len` words, its name included. The caller adds them to the result.
    pub(super) fn command(&mut self, len: usize) -> Words<'_> {
        self.replies += 1;
        self.header(b'*', len);
        Words { commands: self, left: len }
    }

    /// Adds a whole command.
    pub(super) fn push(&mut self, words: &[&str]) {
        let mut command = self.command(words.len());
        for word in words {
            command.word(word);
        }
    }

    /// Begins a call of a Lua script on one stream with this many arguments. The caller adds them to the result.
    pub(super) fn script(&mut self, script: &str, stream: &str, arguments: usize) -> Words<'_> {
        let mut words = self.command(4 + arguments);
        words.word("EVAL").word(script).number(1).word(stream);
        words
    }

    /// Adds all commands of `others`.
    pub(super) fn append(&mut self, others: &Self) {
        self.bytes.extend_from_slice(&others.bytes);
        self.replies += others.replies;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the number of commands, and so of replies.
    pub(super) fn len(&self) -> usize {
        self.replies
    }

    /// Removes all commands, and keeps their memory for reuse unless it is large.
    pub(super) fn clear(&mut self) {
        const KEPT: usize = 1 << 20;
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.replies = 0;
    }

    fn header(&mut self, kind: u8, number: usize) {
        let header = ShortText::new().byte(b'\n').byte(b'\r').number(number as u64).byte(kind);
        self.bytes.extend_from_slice(header.as_bytes());
    }

    fn bulk(&mut self, word: &[u8]) {
        // A header has at most twenty digits.
        self.bytes.reserve(word.len() + 32);
        self.header(b'$', word.len());
        self.bytes.extend_from_slice(word);
        self.bytes.extend_from_slice(b"\r\n");
    }
}

/// The words of a command that is being written.
pub(super) struct Words<'a> {
    commands: &'a mut Commands,
    left: usize,
}

impl Words<'_> {
    pub(super) fn word(&mut self, word: impl AsRef<[u8]>) -> &mut Self {
        debug_assert!(self.left > 0, "more words than were announced");
        self.left -= 1;
        self.commands.bulk(word.as_ref());
        self
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.word(ShortText::new().number(number).as_bytes())
    }

    pub(super) fn id(&mut self, id: StreamId) -> &mut Self {
        self.word(id.text().as_bytes())
    }
}

impl Drop for Words<'_> {
    fn drop(&mut self) {
        debug_assert!(self.left == 0, "fewer words than were announced");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_arrays_of_bulk_strings() {
        let mut commands = Commands::new();
        commands.push(&["XLEN", "stream"]);
        commands.command(3).word(b"ECHO").word([0xff, 0x00]).number(u64::MAX);
        commands.command(1).number(0);
        assert_eq!(commands.len(), 3);
        let expected: &[u8] = b"*2\r\n$4\r\nXLEN\r\n$6\r\nstream\r\n\
                                *3\r\n$4\r\nECHO\r\n$2\r\n\xff\x00\r\n$20\r\n18446744073709551615\r\n\
                                *1\r\n$1\r\n0\r\n";
        assert_eq!(commands.bytes(), expected);
        commands.clear();
        assert!(commands.len() == 0 && commands.bytes().is_empty());
    }
}
