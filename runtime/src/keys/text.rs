//! What all keys have in common: they are a text.

use std::sync::Arc;

/// The canonical text of a key, and behind it what else there is to know of the key.
///
/// Some keys have parts that their canonical text leaves out, as in Python: what is told apart and
/// compared is the text, and the parts are only kept to be asked for.
#[derive(Clone)]
pub(super) struct KeyText {
    text: Arc<str>,
    canonical: usize,
}

impl KeyText {
    /// `write` hands out the pieces of the canonical text in order. Where these make up `input`, nothing
    /// but the key's one allocation is made.
    pub(super) fn new(input: &str, write: impl Fn(&mut dyn FnMut(&str))) -> Self {
        let mut rest = Some(input);
        write(&mut |piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
        if rest == Some("") {
            return Self {
                text: input.into(),
                canonical: input.len(),
            };
        }
        Self::with_extra(input.len(), write, |_| ())
    }

    /// The same with an `extra` text behind the canonical one; `capacity` is a guess at their length.
    pub(super) fn with_extra(
        capacity: usize,
        write: impl Fn(&mut dyn FnMut(&str)),
        extra: impl Fn(&mut dyn FnMut(&str)),
    ) -> Self {
        let mut text = String::with_capacity(capacity);
        write(&mut |piece| text.push_str(piece));
        let canonical = text.len();
        extra(&mut |piece| text.push_str(piece));
        Self {
            text: text.into(),
            canonical,
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

/// What every key type can do, by its text: the type has a field `text: KeyText` and a function
/// `parse(&str) -> Result<Self, Fault>`.
macro_rules! key {
    ($type:ident, $noun:literal) => {
        impl $type {
            /// The canonical text, which is what Python's `str()` makes of the key.
            #[inline]
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.text.as_str()
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::keys::KeyError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text).map_err(|fault| fault.in_a($noun))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($type))
                    .field(&self.as_str())
                    .finish()
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
                deserializer.deserialize_str($crate::keys::text::KeyVisitor::new(concat!("a ", $noun)))
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::AvroType for $type {
            type Repr = String;
            const SCHEMA: $crate::schema::Schema = $crate::schema::Schema::String;

            fn to_repr(&self) -> String {
                self.as_str().to_owned()
            }

            fn from_repr(repr: String) -> Result<Self, $crate::avro::BoxError> {
                Ok(repr.parse()?)
            }

            #[inline]
            fn encode_avro(&self, out: &mut Vec<u8>) {
                $crate::avro::encoder::bytes(out, self.as_str().as_bytes());
            }

            fn decode_avro(input: &mut $crate::avro::Decoder<'_>) -> Result<Self, $crate::avro::DecodeError> {
                input.parse(concat!("a ", $noun))
            }

            fn serialize_json<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self, serializer)
            }

            fn deserialize_json<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }
        }
    };
}
pub(super) use key;

/// Reads a key from any text, borrowed or not.
pub(super) struct KeyVisitor<T> {
    expected: &'static str,
    key: std::marker::PhantomData<T>,
}

impl<T> KeyVisitor<T> {
    pub(super) fn new(expected: &'static str) -> Self {
        Self {
            expected,
            key: std::marker::PhantomData,
        }
    }
}

impl<T: std::str::FromStr<Err = super::KeyError>> serde::de::Visitor<'_> for KeyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
