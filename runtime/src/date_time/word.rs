//! Eight bytes of text at a time, in both directions.
//!
//! A template such as `0000-00-` has `0` where a digit stands, and the rest stands for itself. Digits
//! come in pairs; a pair is one number at the place of its first digit, the other places are zero.

/// A template of eight bytes.
pub(super) struct Word {
    template: u64,
    /// What can be added to each byte that fits before it reaches its highest bit.
    room: u64,
    /// The places of the pairs.
    pairs: u64,
}

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST_BITS: u64 = 0x80 * EACH;

impl Word {
    pub(super) const fn new(template: [u8; 8]) -> Self {
        let (mut room, mut pairs) = ([0x7f; 8], [0; 8]);
        let mut at = 0;
        while at < 8 {
            if template[at] == b'0' {
                room[at] = 0x7f - 9;
                room[at + 1] = 0x7f - 9;
                pairs[at] = 0xff;
                at += 1;
            }
            at += 1;
        }
        Self {
            template: u64::from_le_bytes(template),
            room: u64::from_le_bytes(room),
            pairs: u64::from_le_bytes(pairs),
        }
    }

    /// The text of these pairs.
    #[inline]
    pub(super) fn print(&self, pairs: [u8; 8]) -> [u8; 8] {
        let pairs = u64::from_le_bytes(pairs);
        // 103 / 1024 is near enough to a tenth for numbers below 100, and the product has 14 bits.
        let tens = ((pairs * 103) >> 10) & self.pairs & (0x0f * EACH);
        let ones = pairs - tens * 10;
        (self.template + tens + (ones << 8)).to_le_bytes()
    }

    /// The pairs of this text, and something that [`fits`] turns into whether they are digits and the
    /// rest is as in the template.
    #[inline]
    pub(super) fn read(&self, text: [u8; 8]) -> ([u8; 8], u64) {
        let digits = u64::from_le_bytes(text) ^ self.template;
        let misfit = digits | digits.wrapping_add(self.room);
        let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & self.pairs;
        (pairs.to_le_bytes(), misfit)
    }
}

/// Whether all words fitted, of whose misfits this is the bitwise or.
#[inline]
pub(super) fn fits(misfits: u64) -> bool {
    misfits & HIGHEST_BITS == 0
}
