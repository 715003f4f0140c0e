//! Numbers and ids as text, without an allocation or the formatter: a batch has hundreds of them.

/// A short string, built from its end to its beginning.
pub(super) struct ShortText {
    bytes: [u8; ShortText::ROOM],
    start: usize,
}

impl ShortText {
    /// Room for two numbers of twenty digits and the characters around them.
    const ROOM: usize = 44;

    pub(super) fn new() -> Self {
        Self { bytes: [0; Self::ROOM], start: Self::ROOM }
    }

    /// Puts an ASCII character in front.
    pub(super) fn byte(mut self, byte: u8) -> Self {
        self.start -= 1;
        self.bytes[self.start] = byte;
        self
    }

    /// Puts the digits of a number in front.
    pub(super) fn number(mut self, mut number: u64) -> Self {
        loop {
            self = self.byte(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                return self;
            }
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}
