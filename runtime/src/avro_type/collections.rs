//! Arrays and maps.

use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasher,
};

use super::{AvroForm, AvroType};
use crate::{
    avro::{BoxError, DecodeError, Decoder, encoder},
    schema::Schema,
};

impl<T: AvroType> AvroType for Vec<T> {
    type Repr = Vec<T::Repr>;
    const SCHEMA: Schema = Schema::Array(&T::SCHEMA);

    fn to_repr(&self) -> Self::Repr {
        self.iter().map(T::to_repr).collect()
    }

    fn from_repr(repr: Self::Repr) -> Result<Self, BoxError> {
        repr.into_iter().map(T::from_repr).collect()
    }

    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::blocks(out, self.iter(), T::encode_avro);
    }

    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut items = Self::new();
        input.items(T::decode_avro, |room, item| match item {
            None => items.reserve(room),
            Some(item) => items.push(item),
        })?;
        Ok(items)
    }
}

/// The key type of a map: `String`, the only one that Avro has.
#[diagnostic::on_unimplemented(
    message = "map keys in a payload must be `String`, found `{Self}`\nnote: Avro maps only have string keys (ADR-5)\nhelp: make the keys `String`, or use a `Vec` of a `#[payload]` struct that has the key as a field",
    label = "not `String`"
)]
pub trait MapKey: Ord + Clone + 'static {
    #[doc(hidden)]
    fn text(&self) -> &str;
    #[doc(hidden)]
    fn from_text(text: String) -> Self;
}

impl MapKey for String {
    #[inline]
    fn text(&self) -> &str {
        self
    }

    #[inline]
    fn from_text(text: String) -> Self {
        text
    }
}

#[inline]
fn encode_entry<K: MapKey, V: AvroType>((key, value): (&K, &V), out: &mut Vec<u8>) {
    encoder::bytes(out, key.text().as_bytes());
    value.encode_avro(out);
}

#[diagnostic::do_not_recommend]
impl<T: AvroForm> AvroForm for Vec<T> {}

#[diagnostic::do_not_recommend]
impl<K: MapKey, V: AvroForm> AvroForm for BTreeMap<K, V> {}

#[diagnostic::do_not_recommend]
impl<K, V, S> AvroForm for HashMap<K, V, S>
where
    K: MapKey + std::hash::Hash,
    V: AvroForm,
    S: BuildHasher + Default + 'static,
{
}

fn decode_entry<K: MapKey, V: AvroType>(input: &mut Decoder<'_>) -> Result<(K, V), DecodeError> {
    let key = K::from_text(input.string()?.into());
    Ok((key, V::decode_avro(input)?))
}

/// The common part of the implementations for maps with values of type `V`.
macro_rules! map {
    () => {
        const SCHEMA: Schema = Schema::Map(&V::SCHEMA);

        fn to_repr(&self) -> Self::Repr {
            self.iter().map(|(key, value)| (key.clone(), value.to_repr())).collect()
        }

        fn from_repr(repr: Self::Repr) -> Result<Self, BoxError> {
            repr.into_iter().map(|(key, value)| Ok((key, V::from_repr(value)?))).collect()
        }

        fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
            let mut map = Self::default();
            input.items(decode_entry, |_, entry| map.extend(entry))?;
            Ok(map)
        }
    };
}

impl<K: MapKey, V: AvroType> AvroType for BTreeMap<K, V> {
    type Repr = BTreeMap<K, V::Repr>;

    map!();

    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::blocks(out, self.iter(), encode_entry);
    }
}

impl<K, V, S> AvroType for HashMap<K, V, S>
where
    K: MapKey + std::hash::Hash,
    V: AvroType,
    S: BuildHasher + Default + 'static,
{
    type Repr = HashMap<K, V::Repr, S>;

    map!();

    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::blocks(out, sorted(self).into_iter(), encode_entry);
    }
}

/// Sorts by code point, which is the order of the UTF-8 bytes.
fn sorted<K: Ord, V, S>(map: &HashMap<K, V, S>) -> Vec<(&K, &V)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}
