//! Reads the fields of a record, whose keys may be in any order.

use std::{fmt, ops::Range};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
};

use super::Progress;
use crate::{
    avro::{DecodeError, Segment, encoder},
    schema::{Field, Record, Schema},
};

pub(super) type Decode<'a> = dyn FnMut(&[u8]) -> Result<(), DecodeError> + 'a;

/// Reads the fields of a record. Its bytes go to `decode` while the deserializer still knows its position.
pub(super) struct RecordVisitor<'a, 'r> {
    pub(super) record: &'static Record,
    pub(super) progress: &'a mut Progress<'r>,
    pub(super) decode: Option<&'a mut Decode<'a>>,
}

impl RecordVisitor<'_, '_> {
    pub(super) fn read<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // Only formats without keys need the names, and no such format is supported.
        deserializer.deserialize_struct(self.record.name, &[], self)
    }
}

impl<'de> Visitor<'de> for RecordVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the fields of `{}`", self.record.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { record: Record { fields, .. }, progress, decode } = self;
        let start = progress.out.len();
        let mut ranges: Vec<Option<Range<usize>>> = vec![None; fields.len()];
        let mut next = 0;
        while let Some(index) = map.next_key_seed(FieldName { fields, next })? {
            let Field { name, schema, .. } = &fields[index];
            if ranges[index].is_some() {
                return Err(A::Error::duplicate_field(name));
            }
            let begin = progress.out.len();
            progress.inside(Segment::Field(name), |progress| map.next_value_seed(progress.value(schema)))?;
            ranges[index] = Some(begin..progress.out.len());
            next = index + 1;
        }
        for (field, range) in fields.iter().zip(&mut ranges) {
            if range.is_none() {
                let begin = progress.out.len();
                write_absent(field, &mut progress.out)?;
                *range = Some(begin..progress.out.len());
            }
        }
        put_in_order(&mut progress.out, start, ranges.into_iter().flatten());
        match decode.map(|decode| decode(&progress.out)) {
            Some(Err(refused)) => Err(A::Error::custom(refused.without_offset())),
            _ => Ok(()),
        }
    }
}

/// Writes the value of a field whose key is missing.
fn write_absent<E: Error>(field: &Field, out: &mut Vec<u8>) -> Result<(), E> {
    match (field.default, field.schema) {
        (Some(default), _) => default(out),
        (None, Schema::Optional(_)) => encoder::long(out, 0),
        (None, _) => return Err(E::missing_field(field.name)),
    }
    Ok(())
}

/// Puts the pieces of the output after `start` in order.
fn put_in_order(out: &mut Vec<u8>, start: usize, pieces: impl Iterator<Item = Range<usize>> + Clone) {
    let mut end = start;
    let is_in_order = pieces.clone().all(|piece| piece.start == std::mem::replace(&mut end, piece.end));
    if !is_in_order {
        let ordered: Vec<u8> = pieces.flat_map(|piece| &out[piece]).copied().collect();
        out.truncate(start);
        out.extend_from_slice(&ordered);
    }
}

/// Reads a key and finds its field. The first guess is `next`, which is right if the keys are in order.
struct FieldName {
    fields: &'static [Field],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        let Self { fields, next } = self;
        if fields.get(next).is_some_and(|field| field.name == name) {
            return Ok(next);
        }
        fields.iter().position(|field| field.name == name).ok_or_else(|| unknown_field(name, fields))
    }
}

/// Makes the error for an unknown key, in serde's words.
fn unknown_field<E: Error>(name: &str, fields: &[Field]) -> E {
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
    let expected = match &names[..] {
        [one] => one.clone(),
        [one, two] => format!("{one} or {two}"),
        _ => format!("one of {}", names.join(", ")),
    };
    E::custom(format_args!("unknown field `{name}`, expected {expected}"))
}
