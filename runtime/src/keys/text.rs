//! The common part of all keys: their text.

use std::sync::Arc;

use super::{fields::KeyFields, part::PartSet};

/// The canonical text of a key, followed by any parts that the canonical text leaves out.
///
/// As in Python, comparisons use the canonical text, and accessors return the other parts too.
#[derive(Clone)]
pub(super) struct KeyText {
    text: Arc<str>,
    canonical: usize,
}

impl KeyText {
    /// Stores a key whose input is canonical.
    pub(super) fn canonical(text: &str) -> Self {
        Self { text: text.into(), canonical: text.len() }
    }

    /// Makes the text from the pieces that `write` passes on in order. If they equal `input`, the only allocation is
    /// the key's own.
    pub(super) fn new(input: &str, write: impl Fn(&mut dyn FnMut(&str))) -> Self {
        let mut rest = Some(input);
        write(&mut |piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
        if rest == Some("") {
            return Self::canonical(input);
        }
        Self::with_extra(input.len(), write, |_| ())
    }

    /// Makes the text with an `extra` part after the canonical one. `capacity` is a guess at their length.
    pub(super) fn with_extra(
        capacity: usize,
        write: impl Fn(&mut dyn FnMut(&str)),
        extra: impl Fn(&mut dyn FnMut(&str)),
    ) -> Self {
        let mut text = String::with_capacity(capacity);
        write(&mut |piece| text.push_str(piece));
        let canonical = text.len();
        extra(&mut |piece| text.push_str(piece));
        Self { text: text.into(), canonical }
    }

    /// Makes the text `namespace:…` with the parts `shown`. The accessors see the parts `kept`, which may be more.
    pub(super) fn from_fields(
        input: &str,
        namespace: &str,
        fields: &KeyFields<'_>,
        shown: PartSet,
        kept: PartSet,
    ) -> Self {
        let write = |out: &mut dyn FnMut(&str)| {
            out(namespace);
            out(":");
            fields.join(shown, out);
        };
        if shown == kept {
            Self::new(input, write)
        } else {
            Self::with_extra(input.len(), write, |out| fields.join(kept, out))
        }
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        &self.text[..self.canonical]
    }

    pub(super) fn extra(&self) -> Option<&str> {
        Some(&self.text[self.canonical..]).filter(|extra| !extra.is_empty())
    }
}

/// Implements the common traits of keys.
///
/// `$noun` names the type in messages, and `$text` is its canonical text. The type must have a function
/// `parse(&str) -> Result<Self, Fault>`.
macro_rules! key {
    ($type:ident, $noun:literal, $self:ident => $text:expr) => {
        impl $type {
            const NOUN: &'static str = $noun;

            /// Returns the canonical text: Python's `str()` of the key.
            #[inline]
            #[must_use]
            pub fn as_str(&$self) -> &str {
                $text
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::keys::KeyError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text).map_err(|fault| fault.in_a(Self::NOUN))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($type)).field(&self.as_str()).finish()
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl std::hash::Hash for $type {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::json::Parsed::new(concat!("a ", $noun)))
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::avro_type::AvroType for $type {
            $crate::avro_type::represented_by_string!();

            #[inline]
            fn encode_avro(&self, out: &mut Vec<u8>) {
                $crate::avro::encoder::bytes(out, self.as_str().as_bytes());
            }

            fn decode_avro(
                input: &mut $crate::avro::Decoder<'_>,
            ) -> Result<Self, $crate::avro::DecodeError> {
                input.parse(concat!("a ", $noun))
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::avro_type::AvroForm for $type {}
    };
}
pub(super) use key;

/// Splits like `str::split_once`, whose search pays off only for strings longer than keys.
pub(super) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}
