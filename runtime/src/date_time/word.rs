//! Parses eight bytes of text at a time, which halves the instructions of parsing a time.

/// A template for eight bytes of text.
///
/// In a template such as `0000-00-`, each `0` stands for a digit, and any other byte for itself. Digits come in
/// pairs; each pair is one number, at the place of its first digit.
pub(super) struct Word {
    template: u64,
    /// For each digit, the largest addend that keeps its highest bit clear.
    digit_room: u64,
    /// For each pair, the largest addend that keeps its highest bit clear.
    pair_room: u64,
    /// A mask of the places of the pairs.
    pairs: u64,
}

/// All bits but the highest.
const ROOM: u8 = 0x7f;
const HIGHEST_BITS: u64 = 0x8080_8080_8080_8080;

impl Word {
    /// Makes a template. The limits are the largest valid numbers of the pairs.
    pub(super) const fn new(template: [u8; 8], limits: [u8; 8]) -> Self {
        let mut digit_room = [ROOM; 8];
        let mut pair_room = [ROOM; 8];
        let mut pairs = [0; 8];
        let mut at = 0;
        while at < 8 {
            if template[at] == b'0' {
                digit_room[at] = ROOM - 9;
                digit_room[at + 1] = ROOM - 9;
                pair_room[at] = ROOM - limits[at];
                pairs[at] = 0xff;
                at += 1;
            }
            at += 1;
        }
        Self {
            template: u64::from_le_bytes(template),
            digit_room: u64::from_le_bytes(digit_room),
            pair_room: u64::from_le_bytes(pair_room),
            pairs: u64::from_le_bytes(pairs),
        }
    }

    /// Returns the pairs of a string, and a misfit for [`fits`]. If the text does not fit the template, the pairs are
    /// meaningless.
    #[inline]
    pub(super) fn read(&self, text: [u8; 8]) -> ([u8; 8], u64) {
        // Now each digit is its number, and every other byte of the template is zero. A byte that fits does not carry
        // into the next one, and a byte that does not fit sets its own highest bit below.
        let digits = u64::from_le_bytes(text) ^ self.template;
        let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & self.pairs;
        let misfit = digits | digits.wrapping_add(self.digit_room) | pairs.wrapping_add(self.pair_room);
        (pairs.to_le_bytes(), misfit)
    }
}

/// Returns whether all words fit. `misfits` is the bitwise OR of their misfits.
#[inline]
pub(super) fn fits(misfits: u64) -> bool {
    misfits & HIGHEST_BITS == 0
}
