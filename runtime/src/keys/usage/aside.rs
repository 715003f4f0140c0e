//! `aside-usage-v1:` and `aside-usage-v2:`: a usage key and a type, with `::` between them, and both
//! escaped so that they can have colons too.

use std::{borrow::Cow, sync::Arc};

use super::{UsageClass, UsageKey};
use crate::keys::{
    error::{Fault, Problem},
    text::KeyText,
};

impl UsageKey {
    /// `rest` is what follows the namespace in `text`; the offset of an error is in it.
    pub(super) fn parse_aside(class: UsageClass, text: &str, rest: &str) -> Result<Self, Fault> {
        let (left, right) = split(class, rest);
        let key_text = decode(class, left).ok_or_else(|| Fault::new("usage_key", 0, BADLY_ESCAPED))?;
        let aside_type = decode(class, right);
        let aside_type =
            aside_type.ok_or_else(|| Fault::new("aside_type", rest.len() - right.len(), BADLY_ESCAPED))?;
        if class == UsageClass::AsideV1 && key_text.starts_with("aside-usage-v") {
            // It would be refused below. Refusing it here bounds the recursion: what the second version holds
            // has half as many escapes at each step, so it cannot go on for long.
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

    /// Returns the key of an aside; `input` is the text that it was read from.
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

    /// Returns the type of the aside, which stands behind the text where it is escaped in it.
    pub(super) fn read_aside_type(&self) -> &str {
        let (class, rest) = self.split();
        self.text.extra().unwrap_or_else(|| split(class, rest).1)
    }
}

const BADLY_ESCAPED: Problem = Problem::Other("has a `:` or a `$` that is not escaped");
const HAS_COLONS: Problem = Problem::Other("has `::` or ends with `:`, which `aside-usage-v1` cannot hold");

/// Returns the two parts of an aside's key, still escaped.
fn split(class: UsageClass, rest: &str) -> (&str, &str) {
    if class == UsageClass::AsideV1 {
        rest.split_once("::").unwrap_or((rest, ""))
    } else {
        rest.rsplit_once("::").unwrap_or(("", rest))
    }
}

/// Returns the first version escapes `$` and `::`, the second `$` and `:`, by a `$` before it.
fn encode(class: UsageClass, text: &str) -> Cow<'_, str> {
    if !text.contains(['$', ':']) {
        return text.into();
    }
    let text = text.replace('$', "$$");
    if class == UsageClass::AsideV1 { text.replace("::", "$::") } else { text.replace(':', "$:") }.into()
}

/// `None` for a text that `encode` does not make.
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

/// Where in an escaped text the byte stands that is at `offset` in the plain one.
fn encoded_offset(encoded: &str, offset: usize) -> usize {
    let mut bytes = encoded.bytes().enumerate();
    for _ in 0..offset {
        if let Some((_, b'$')) = bytes.next() {
            bytes.next();
        }
    }
    bytes.next().map_or(encoded.len(), |(position, _)| position)
}
