//! The characters of the parts of keys.
//!
//! The tables come from Python. This folder uses nothing else.

mod unicode;

/// A set of characters, like a character class of Python's `re` module.
pub(super) struct CharSet {
    /// The members by byte. Bytes beyond ASCII are never members; they are here so that no index needs a check.
    ascii: [bool; 256],
    /// The members beyond ASCII, in the form of the tables.
    beyond: &'static [u32],
}

/// `[\w\-~.:]`
pub(super) static ID: CharSet = CharSet::words(b"-~.:");
/// `[\w\-~.:%]`
pub(super) static OLD_ID: CharSet = CharSet::words(b"-~.:%");
/// `[\w.%-]`
pub(super) static OLD_PART: CharSet = CharSet::words(b".%-");
/// `[\w\-.]`
pub(super) static SLUG: CharSet = CharSet::words(b"-.");
/// `[a-zA-Z0-9_\-.]`
pub(super) static ASCII_SLUG: CharSet = CharSet { ascii: ascii_words(b"-."), beyond: &[] };
/// `\d`
pub(super) static DIGITS: CharSet = CharSet { ascii: ascii(b"0123456789"), beyond: &unicode::DIGIT };
/// `[a-f0-9]`
pub(super) static LOWER_HEX: CharSet = CharSet { ascii: ascii(b"0123456789abcdef"), beyond: &[] };
/// `[a-fA-F0-9]`
pub(super) static HEX: CharSet = CharSet { ascii: ascii(b"0123456789abcdefABCDEF"), beyond: &[] };

const fn ascii(members: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut index = 0;
    while index < members.len() {
        set[members[index] as usize] = true;
        index += 1;
    }
    set
}

/// `[a-zA-Z0-9_]` and `others`.
const fn ascii_words(others: &[u8]) -> [bool; 256] {
    let mut set = ascii(others);
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            set[byte as usize] = true;
        }
        byte += 1;
    }
    set
}

impl CharSet {
    const fn words(others: &[u8]) -> Self {
        Self { ascii: ascii_words(others), beyond: &unicode::WORD }
    }

    fn has_byte(&self, byte: u8) -> bool {
        self.ascii[usize::from(byte)]
    }

    fn has(&self, character: char) -> bool {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => self.has_byte(byte),
            _ => self.beyond.partition_point(|&bound| bound <= u32::from(character)) % 2 == 1,
        }
    }

    /// Returns the length of the longest start of `text` that has only characters of the set, in bytes.
    pub(super) fn run(&self, text: &str) -> usize {
        let ascii = text.bytes().position(|byte| !self.has_byte(byte)).unwrap_or(text.len());
        let rest = &text[ascii..];
        if rest.is_empty() || rest.as_bytes()[0].is_ascii() {
            return ascii;
        }
        rest.find(|character| !self.has(character)).map_or(text.len(), |more| ascii + more)
    }

    /// Returns the first character of `text` that is not in the set, and its position in bytes.
    pub(super) fn first_outside(&self, text: &str) -> Option<(usize, char)> {
        let run = self.run(text);
        Some((run, text[run..].chars().next()?))
    }
}

/// Returns the value of a decimal digit of any script, as Python's `int` reads it.
pub(crate) fn decimal_digit(character: char) -> Option<u32> {
    let code = u32::from(character);
    let bound = unicode::DIGIT.partition_point(|&bound| bound <= code);
    // The digits of each script are in order, from zero.
    if bound % 2 == 1 { Some((code - unicode::DIGIT[bound - 1]) % 10) } else { character.to_digit(10) }
}

/// Returns whether `text` equals `word`, which is lower-case ASCII, if case is ignored as in Python's `re`: by
/// folding, so that `ver\u{17f}ion` equals `version` and `bloc\u{212a}` equals `block`.
pub(super) fn is_ignoring_case(text: &str, word: &str) -> bool {
    text.chars().map(fold).eq(word.chars())
}

fn fold(character: char) -> char {
    match character {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        '\u{130}' | '\u{131}' => 'i',
        _ => character.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ASCII_SLUG, DIGITS, ID, OLD_PART, SLUG, decimal_digit, is_ignoring_case};

    #[test]
    fn words_and_digits_are_counted_as_in_python() {
        let count = |set: &super::CharSet| ('\0'..=char::MAX).filter(|&c| set.has(c)).count();
        assert_eq!(count(&SLUG), 137_936 + 2);
        assert_eq!(count(&ID), 137_936 + 4);
        assert_eq!(count(&DIGITS), 680);
    }

    #[test]
    fn words_are_those_of_python() {
        for character in ['a', 'Z', '0', '_', '½', '²', 'Ⅷ', 'ñ', '中', 'ª', '٣'] {
            assert!(SLUG.has(character), "{character}");
        }
        for character in [' ', '/', '\n', '\u{203f}', '\u{200d}', '\u{301}', '—', '\u{10ffff}'] {
            assert!(!SLUG.has(character), "{character:?}");
        }
        assert!(!ASCII_SLUG.has('é'));
        assert!(DIGITS.has('٣') && !DIGITS.has('²'));
        assert!(OLD_PART.has('%') && !OLD_PART.has(':') && !OLD_PART.has('~'));
    }

    #[test]
    fn digits_have_their_values() {
        for (character, value) in
            [('0', 0), ('9', 9), ('٣', 3), ('९', 9), ('１', 1), ('𝟘', 0), ('𝟙', 1), ('𝟿', 9)]
        {
            assert_eq!(decimal_digit(character), Some(value), "{character}");
        }
        for character in ['a', '²', '½', '中', 'Ⅷ', '\0', '\u{10ffff}'] {
            assert_eq!(decimal_digit(character), None, "{character}");
        }
        let count = ('\0'..=char::MAX).filter(|&character| decimal_digit(character).is_some()).count();
        assert_eq!(count, 680);
    }

    #[test]
    fn the_first_character_outside_is_found_at_its_byte() {
        assert_eq!(ID.first_outside("aé:~"), None);
        assert_eq!(ID.first_outside("aé b/"), Some((3, ' ')));
    }

    #[test]
    fn case_is_folded_as_in_python() {
        assert!(is_ignoring_case("VERS\u{130}ON", "version"));
        assert!(is_ignoring_case("ver\u{17f}\u{131}on", "version"));
        assert!(is_ignoring_case("bloc\u{212a}", "block"));
        assert!(!is_ignoring_case("bloc", "block") && !is_ignoring_case("blocks", "block"));
    }
}
