//! The keys `aside-usage-v1:` and `aside-usage-v2:`: a usage key and a type with `::` between them, both escaped so
//! that they can contain colons.

use std::{borrow::Cow, sync::Arc};

use super::{UsageClass, UsageKey};
use crate::keys::{
    error::{Fault, KeyProblem},
    text::KeyText,
};

impl UsageKey {
    /// Parses `rest`, which follows the namespace in `text`. The offset of an error is relative to `rest`.
    pub(super) fn parse_aside(class: UsageClass, text: &str, rest: &str) -> Result<Self, Fault> {
        let (left, right) = split(class, rest);
        let key_text = decode(class, left).ok_or_else(|| Fault::new("usage_key", 0, BADLY_ESCAPED))?;
        let aside_type = decode(class, right);
        let aside_type =
            aside_type.ok_or_else(|| Fault::new("aside_type", rest.len() - right.len(), BADLY_ESCAPED))?;
        if class == UsageClass::AsideV1 && key_text.starts_with("aside-usage-v") {
            // The check below would refuse this key too, but only after a recursion without a limit. The second version
            // needs no such limit: the number of escapes halves at each level.
            return Err(Fault::new("usage_key", 0, HAS_COLONS));
        }
        let usage_key =
            Self::parse(&key_text).map_err(|fault| fault.moved(|offset| encoded_offset(left, offset)))?;
        let canonical = usage_key.as_str();
        if class == UsageClass::AsideV1 && (canonical.contains("::") || canonical.ends_with(':')) {
            return Err(Fault::new("usage_key", 0, HAS_COLONS));
        }
        Ok(Self::aside_of(class, usage_key, &aside_type, text))
    }

    /// Makes the key of an aside. `input` is the text that it was parsed from.
    pub(super) fn aside_of(class: UsageClass, usage_key: Self, aside_type: &str, input: &str) -> Self {
        let left = encode(class, usage_key.as_str());
        let right = encode(class, aside_type);
        let pieces = [class.namespace(), ":", &left, "::", &right];
        let write = |out: &mut dyn FnMut(&str)| pieces.into_iter().for_each(out);
        let text = if right == aside_type {
            KeyText::new(input, write)
        } else {
            KeyText::with_extra(input.len(), write, |out| out(aside_type))
        };
        Self { text, usage_key: Some(Arc::new(usage_key)) }
    }

    /// Returns the type of the aside. If it is escaped in the text, its unescaped form follows the text.
    pub(super) fn read_aside_type(&self) -> &str {
        let (class, rest) = self.split();
        self.text.extra().unwrap_or_else(|| split(class, rest).1)
    }
}

const BADLY_ESCAPED: KeyProblem = KeyProblem::Other("has an unescaped `:` or `$`");
const HAS_COLONS: KeyProblem =
    KeyProblem::Other("has `::` or ends with `:`, which `aside-usage-v1` cannot hold");

/// Splits an aside's key into its two parts, still escaped.
fn split(class: UsageClass, rest: &str) -> (&str, &str) {
    if class == UsageClass::AsideV1 {
        rest.split_once("::").unwrap_or((rest, ""))
    } else {
        rest.rsplit_once("::").unwrap_or(("", rest))
    }
}

/// Escapes a part: the first version puts a `$` before `$` and `::`, the second before `$` and `:`.
fn encode(class: UsageClass, text: &str) -> Cow<'_, str> {
    if !text.contains(['$', ':']) {
        return text.into();
    }
    let text = text.replace('$', "$$");
    if class == UsageClass::AsideV1 { text.replace("::", "$::") } else { text.replace(':', "$:") }.into()
}

/// Reverses `encode`. Returns `None` for a string that `encode` cannot make.
fn decode(class: UsageClass, text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['$', ':']) {
        return Some(text.into());
    }
    if class == UsageClass::AsideV1 {
        let decoded = text.replace("$::", "::").replace("$$", "$");
        return (encode(class, &decoded) == text).then(|| decoded.into());
    }
    let mut decoded = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        decoded.push(match character {
            '$' => characters.next().filter(|escaped| matches!(escaped, '$' | ':'))?,
            ':' => return None,
            _ => character,
        });
    }
    Some(decoded.into())
}

/// Returns the position in an escaped text of the byte at `offset` in the plain text.
fn encoded_offset(encoded: &str, offset: usize) -> usize {
    let mut bytes = encoded.bytes().enumerate();
    for _ in 0..offset {
        if let Some((_, b'$')) = bytes.next() {
            bytes.next();
        }
    }
    bytes.next().map_or(encoded.len(), |(position, _)| position)
}
