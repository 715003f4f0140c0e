//! The text of a case, and the ranges of its parts.

use std::ops::Range;

pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    /// The same text with spaces in place of comments and of the content of strings, so that brackets and commas are
    /// syntax.
    mask: Vec<u8>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, mask: mask(text) }
    }

    /// Returns the offset of a place in lines and columns from 1.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let start: usize = self.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let before: usize = self.text[start..].chars().take(column - 1).map(char::len_utf8).sum();
        start + before
    }

    /// Returns the word or the string literal that begins at `at`.
    pub(crate) fn token(&self, at: usize) -> Range<usize> {
        if self.mask[at] == b'"' {
            let length = self.mask[at + 1..].iter().position(|byte| *byte == b'"').expect("a string ends");
            return at..at + length + 2;
        }
        let rest = &self.text[at..];
        let end =
            rest.find(|one: char| !one.is_alphanumeric() && one != '_' && one != '#').unwrap_or(rest.len());
        at..at + end.max(1)
    }

    /// Returns each occurrence of the word.
    pub(crate) fn words(&self, word: &str) -> Vec<Range<usize>> {
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let found = self.text.match_indices(word).map(|(start, word)| start..start + word.len());
        found
            .filter(|range| !is_part(self.mask.get(range.end)) && !is_part(self.mask[..range.start].last()))
            .filter(|range| self.mask[range.start] != b' ')
            .collect()
    }

    /// Returns the inside of the innermost brackets of this kind around `at`.
    pub(crate) fn group(&self, at: usize, open: u8) -> Option<Range<usize>> {
        let mut depths = [0_i32; 3];
        for index in (0..at).rev() {
            for (depth, pair) in depths.iter_mut().zip([b"()", b"[]", b"{}"]) {
                *depth += i32::from(self.mask[index] == pair[1]) - i32::from(self.mask[index] == pair[0]);
                if *depth < 0 {
                    if pair[0] == open {
                        return Some(index + 1..self.closing(index));
                    }
                    *depth = 0;
                }
            }
        }
        None
    }

    /// Returns the offset of the bracket that closes the one at `open`.
    pub(crate) fn closing(&self, open: usize) -> usize {
        let mut depth = 0;
        for (index, byte) in self.mask.iter().enumerate().skip(open) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return index;
            }
        }
        panic!("a bracket is not closed")
    }

    /// Returns the part that contains `at`, between commas in `group`. The part begins at its documentation.
    pub(crate) fn part(&self, at: usize, group: Range<usize>) -> Range<usize> {
        let mut depth = 0;
        let mut part = group.start..group.end;
        for index in group {
            match self.mask[index] {
                b'(' | b'[' | b'{' | b'<' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                b'>' if self.mask[index - 1] != b'-' => depth -= 1,
                b',' if depth == 0 && index < at => part.start = index + 1,
                b',' if depth == 0 => {
                    part.end = index;
                    break;
                }
                _ => {}
            }
        }
        let text = &self.text[part.clone()];
        let start = part.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// Returns the part with the comma after it.
    pub(crate) fn with_comma(&self, part: Range<usize>) -> Range<usize> {
        let is_comma = self.mask.get(part.end) == Some(&b',');
        part.start..part.end + usize::from(is_comma)
    }

    /// Returns the attribute that contains `at`, from `#` to `]`.
    pub(crate) fn attribute(&self, at: usize) -> Option<Range<usize>> {
        let starts = (0..=at).rev().filter(|index| self.mask[*index..].starts_with(b"#["));
        starts.map(|start| start..self.closing(start + 1) + 1).find(|range| range.contains(&at))
    }

    /// Returns the lines around `at` up to the next empty lines: an item, or the beginning of one.
    pub(crate) fn paragraph(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind("\n\n").map_or(0, |start| start + 2);
        let end = self.text[at..].find("\n\n").map_or(self.text.len(), |end| at + end);
        start..end
    }

    /// Returns the first place in the paragraph of `at` where `text` is syntax.
    pub(crate) fn find(&self, at: usize, text: &str) -> Option<usize> {
        let paragraph = self.paragraph(at);
        let mask = &self.mask[paragraph.clone()];
        mask.windows(text.len())
            .position(|window| window == text.as_bytes())
            .map(|found| paragraph.start + found)
    }

    /// Returns the name of the item at `at`, after the keyword.
    pub(crate) fn item_name(&self, at: usize) -> Option<Range<usize>> {
        let found = ["struct ", "enum ", "union ", "fn "]
            .iter()
            .find_map(|word| Some(self.find(at, word)? + word.len()));
        found.map(|start| self.token(start))
    }

    /// Returns the offset after the name of the attribute `#[event…]` or `#[payload…]` of the item at `at`.
    pub(crate) fn record_attribute(&self, at: usize) -> Option<(&'static str, usize)> {
        let item = self.item_name(at)?.start;
        ["event", "payload"].into_iter().find_map(|name| {
            let start =
                [format!("#[{name}"), format!("#[super::{name}"), format!("#[openedx_events::{name}")]
                    .iter()
                    .find_map(|start| Some(self.find(at, start)? + start.len()))?;
            (start < item).then_some((name, start))
        })
    }

    /// Returns the field of a struct at `at`, from its documentation on.
    pub(crate) fn field(&self, at: usize) -> Option<Range<usize>> {
        let fields = self.group(at, b'{')?;
        let is_struct = self.text[self.paragraph(fields.start)].contains("struct ");
        is_struct.then(|| self.part(at, fields))
    }

    /// Returns the type of the field or parameter in `part`.
    pub(crate) fn type_of(&self, part: Range<usize>) -> Range<usize> {
        let is_colon = |index: &usize| {
            self.mask[*index] == b':' && self.mask[*index + 1] != b':' && self.mask[*index - 1] != b':'
        };
        let colon = part.clone().find(is_colon).expect("a field or parameter has a type");
        let space = self.text[colon + 1..].len() - self.text[colon + 1..].trim_start().len();
        colon + 1 + space..part.end
    }

    /// Returns the beginning of the path in which `at` is the beginning of a name.
    pub(crate) fn path_start(&self, at: usize) -> usize {
        let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
        let length = self.mask[..at].iter().rev().take_while(|byte| is_path(byte)).count();
        at - length
    }

    /// Returns the type that begins at `at`.
    pub(crate) fn type_at(&self, at: usize) -> Range<usize> {
        let mut depth = 0;
        let mut end = at;
        while end < self.mask.len() {
            match self.mask[end] {
                b'(' | b'[' | b'{' if self.mask[end] == b'{' && depth == 0 => break,
                b'(' | b'[' | b'{' | b'<' => depth += 1,
                b'>' if self.mask[end - 1] == b'-' => {}
                b')' | b']' | b'}' | b'>' | b',' | b';' if depth == 0 => break,
                b')' | b']' | b'}' | b'>' => depth -= 1,
                _ => {}
            }
            end += 1;
        }
        at..at + self.text[at..end].trim_end().len()
    }
}

fn mask(text: &str) -> Vec<u8> {
    let mut mask = text.as_bytes().to_vec();
    let mut index = 0;
    while index < mask.len() {
        let rest = &text.as_bytes()[index..];
        let end = if rest.starts_with(b"//") {
            index + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
        } else if rest[0] == b'"' {
            let length = rest[1..].iter().position(|byte| *byte == b'"').expect("a string ends");
            mask[index + 1..=index + length].fill(b' ');
            index += length + 2;
            continue;
        } else {
            index += 1;
            continue;
        };
        mask[index..end].fill(b' ');
        index = end;
    }
    mask
}
