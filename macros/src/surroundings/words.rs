//! Splits source text into words and signs, without comments and literals.

/// A word, or a sign of one character.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Word<'a> {
    /// An identifier or a keyword, without `r#`.
    Name(&'a str),
    Sign(char),
    /// A literal or a lifetime.
    Other,
}

/// The words of a source file, each with its offset.
///
/// It reads bytes in plain loops: macros are usually compiled without optimization, and a file may have a thousand
/// events.
pub(super) struct Words<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Skips everything up to the end of `end`.
    fn skip_past(&mut self, end: &str) {
        let found = self.text.get(self.at..).and_then(|rest| rest.find(end));
        self.at = found.map_or(self.bytes.len(), |found| self.at + found + end.len());
    }

    /// Skips a comment in `/*` and `*/`, and those in it.
    fn skip_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips the rest of a literal that ends in `quote`.
    fn skip_quoted(&mut self, quote: u8) {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            self.at += 1;
            if byte == b'\\' {
                self.at += 1;
            } else if byte == quote {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    /// Skips a character literal, or the name of a lifetime, after its first quotation mark.
    fn skip_quote(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        if self.byte(0) == b'\\' || self.byte(first) == b'\'' {
            self.skip_quoted(b'\'');
        } else {
            self.skip_name();
        }
    }

    fn skip_name(&mut self) {
        while self.at < self.bytes.len() && is_in_name(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    /// Reads a name, or a literal with a prefix.
    fn name(&mut self) -> Word<'a> {
        let start = self.at;
        self.skip_name();
        let name = &self.text[start..self.at];
        match (name, self.byte(0)) {
            ("r" | "br" | "cr", b'"' | b'#') => self.raw(name),
            ("b" | "c", quote @ (b'"' | b'\'')) => {
                self.at += 1;
                self.skip_quoted(quote);
                Word::Other
            }
            _ if name.as_bytes()[0].is_ascii_digit() => Word::Other,
            _ => Word::Name(name),
        }
    }

    /// Reads what follows `prefix`: a raw string or a raw identifier.
    fn raw(&mut self, prefix: &'a str) -> Word<'a> {
        let start = self.at;
        while self.byte(0) == b'#' {
            self.at += 1;
        }
        let hashes = self.at - start;
        if self.byte(0) == b'"' {
            self.at += 1;
            self.skip_past(&format!("\"{}", "#".repeat(hashes)));
            return Word::Other;
        }
        if prefix == "r" && hashes == 1 && is_in_name(self.byte(0)) {
            let start = self.at;
            self.skip_name();
            return Word::Name(&self.text[start..self.at]);
        }
        self.at = start;
        Word::Name(prefix)
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = (usize, Word<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.at;
            let first = *self.bytes.get(start)?;
            let word = match first {
                b' ' | b'\n' | b'\t' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'/' if self.byte(1) == b'/' => {
                    self.skip_past("\n");
                    continue;
                }
                b'/' if self.byte(1) == b'*' => {
                    self.skip_comment();
                    continue;
                }
                b'"' => {
                    self.at += 1;
                    self.skip_quoted(b'"');
                    Word::Other
                }
                b'\'' => {
                    self.at += 1;
                    self.skip_quote();
                    Word::Other
                }
                _ if is_in_name(first) => self.name(),
                sign => {
                    self.at += 1;
                    Word::Sign(char::from(sign))
                }
            };
            return Some((start, word));
        }
    }
}

/// Returns whether the byte may be a part of a name. Every byte beyond ASCII counts as one.
fn is_in_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{Word, Words};

    #[test]
    fn comments_and_literals_are_no_words() {
        let text = r###"a /* b /* c */ d */ // e
            "f \" g" 'h' '\'' 'ü' 'static b"i" c"j" b'k' r"l" r#"m " n"# br##"o"# p"## r#type 12_u8 é('(')"###;
        let names: Vec<&str> = Words::of(text)
            .filter_map(|(_, word)| match word {
                Word::Name(name) => Some(name),
                _ => None,
            })
            .collect();
        assert_eq!(names, ["a", "type", "é"]);
        let signs: Vec<(usize, Word<'_>)> =
            Words::of(text).filter(|(_, word)| matches!(word, Word::Sign(_))).collect();
        assert_eq!(signs.len(), 2);
        assert_eq!(&text[signs[0].0..=signs[0].0], "(");
    }

    #[test]
    fn an_open_literal_or_comment_ends_with_the_text() {
        for text in ["\"a", "\"\\", "r#\"a\"", "/* a", "'", "b'", "//", "r#", "'\\", "'ü", "\"ü"] {
            assert!(Words::of(text).count() <= 2, "{text}");
        }
    }
}
