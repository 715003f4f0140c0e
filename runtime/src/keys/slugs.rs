//! The grammar of keys whose parts are joined with `:`, the keys of content libraries.

use super::{
    chars::{ASCII_SLUG, CharSet, SLUG},
    error::{Fault, KeyProblem},
    part::check,
    text::KeyText,
};

/// The form of a kind of key: its namespace, and its parts in order.
pub(super) struct Form<const N: usize> {
    pub(super) namespace: &'static str,
    /// The message about another namespace.
    pub(super) refusal: &'static str,
    pub(super) parts: [Slug; N],
}

pub(super) struct Slug {
    name: &'static str,
    chars: &'static CharSet,
}

impl Slug {
    /// Makes a part of ASCII letters and digits.
    pub(super) const fn ascii(name: &'static str) -> Self {
        Self { name, chars: &ASCII_SLUG }
    }

    /// Makes a part of letters and digits of all scripts.
    pub(super) const fn any(name: &'static str) -> Self {
        Self { name, chars: &SLUG }
    }

    /// Checks a value. Python ends these patterns with `$`, which also matches before a final newline, so such keys
    /// may exist and are accepted too.
    fn check(&self, value: &str) -> Result<(), Fault> {
        check(self.name, value.strip_suffix('\n').unwrap_or(value), self.chars)
    }
}

impl<const N: usize> Form<N> {
    /// Parses a key. Its text is always canonical.
    pub(super) fn parse(&self, text: &str) -> Result<KeyText, Fault> {
        let rest = text.strip_prefix(self.namespace).and_then(|rest| rest.strip_prefix(':'));
        let Some(rest) = rest else {
            return Err(Fault::namespace(self.refusal));
        };
        let mut offset = text.len() - rest.len();
        let mut values = rest.split(':');
        for part in &self.parts {
            let Some(value) = values.next() else {
                return Err(Fault::new(part.name, text.len(), KeyProblem::Missing));
            };
            part.check(value).map_err(|fault| fault.after(offset))?;
            offset += value.len() + 1;
        }
        if values.next().is_some() {
            return Err(Fault::key(offset - 1, "has too many parts"));
        }
        Ok(KeyText::canonical(text))
    }

    /// Joins parts to a key, and checks them.
    pub(super) fn join(&self, values: [&str; N]) -> Result<KeyText, Fault> {
        for (part, value) in self.parts.iter().zip(values) {
            part.check(value)?;
        }
        Ok(self.join_checked(values))
    }

    /// Joins parts that come from another valid key.
    pub(super) fn join_checked(&self, values: [&str; N]) -> KeyText {
        KeyText::new("", |out| {
            out(self.namespace);
            for value in values {
                out(":");
                out(value);
            }
        })
    }
}

/// Returns part number `index` of a key's text, from 0.
pub(super) fn part(text: &str, index: usize) -> &str {
    text.split(':').nth(index + 1).unwrap_or_default()
}
