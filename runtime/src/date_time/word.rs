//! Reads eight bytes of text at a time.

/// What eight bytes of text must be.
///
/// A template such as `0000-00-` has `0` where a digit stands, and the rest stands for itself. Digits
/// come in pairs, and a pair is one number, at the place of its first digit.
pub(super) struct Word {
    template: u64,
    /// What can be added to each byte of the digits before it has its highest bit.
    digit_room: u64,
    /// What can be added to each pair before it has its highest bit.
    pair_room: u64,
    /// The places of the pairs.
    pairs: u64,
}

/// Below the highest bit.
const ROOM: u8 = 0x7f;
const HIGHEST_BITS: u64 = 0x8080_8080_8080_8080;

impl Word {
    /// The limits are the largest numbers of the pairs.
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

    /// The pairs of this text, and a misfit: [`fits`] knows whether the text is as it must be. When it is
    /// not, the pairs mean nothing.
    #[inline]
    pub(super) fn read(&self, text: [u8; 8]) -> ([u8; 8], u64) {
        // Digits are their numbers now, and the rest of the template is zero. No byte that fits carries
        // into the next one below, and one that does not is found by its own highest bit.
        let digits = u64::from_le_bytes(text) ^ self.template;
        let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & self.pairs;
        let misfit = digits | digits.wrapping_add(self.digit_room) | pairs.wrapping_add(self.pair_room);
        (pairs.to_le_bytes(), misfit)
    }
}

/// Whether all words fit of whose misfits this is the bitwise or.
#[inline]
pub(super) fn fits(misfits: u64) -> bool {
    misfits & HIGHEST_BITS == 0
}
