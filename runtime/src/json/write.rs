//! Writes Avro bytes as the record dictionary, to any serializer.

use std::cell::RefCell;

use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap, SerializeSeq, SerializeStruct},
};

use super::scalar::{self, Latin1};
use crate::{
    avro::{DecodeError, Decoder},
    schema::{Record, Schema},
};

/// Writes the record whose Avro form is `bytes`. This program wrote them, so decoding cannot fail.
pub(crate) fn write<S: Serializer>(
    record: &'static Record,
    bytes: &[u8],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    write_record(record, &RefCell::new(Decoder::new(bytes)), serializer)
}

/// Writes one value, whose Avro form is `bytes`.
#[cfg(feature = "kafka")]
pub(crate) fn write_value<S: Serializer>(
    schema: &'static Schema,
    bytes: &[u8],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Next { schema, input: &RefCell::new(Decoder::new(bytes)) }.serialize(serializer)
}

/// The next value of the input, as a `Serialize`.
struct Next<'a, 'i> {
    schema: &'static Schema,
    input: &'a RefCell<Decoder<'i>>,
}

impl<'i> Next<'_, 'i> {
    fn take<T, E: Error>(
        &self,
        take: impl FnOnce(&mut Decoder<'i>) -> Result<T, DecodeError>,
    ) -> Result<T, E> {
        take(&mut self.input.borrow_mut()).map_err(E::custom)
    }

    fn part(&self, schema: &'static Schema) -> Self {
        Self { schema, input: self.input }
    }
}

impl Serialize for Next<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self.schema {
            Schema::Boolean => serializer.serialize_bool(self.take(Decoder::boolean)?),
            Schema::Long => serializer.serialize_i64(self.take(Decoder::long)?),
            Schema::Double => scalar::write_double(self.take(Decoder::double)?, serializer),
            Schema::String | Schema::PersonalString => serializer.serialize_str(self.take(Decoder::string)?),
            Schema::Bytes => serializer.collect_str(&Latin1(self.take(Decoder::bytes)?)),
            Schema::Optional(some) => {
                if self.take(Decoder::some)? {
                    serializer.serialize_some(&self.part(some))
                } else {
                    serializer.serialize_none()
                }
            }
            Schema::Array(items) => {
                let mut count = self.take(Decoder::block)?;
                let mut array = serializer.serialize_seq(Some(length(count)))?;
                while let Some(left) = count {
                    for _ in 0..left {
                        array.serialize_element(&self.part(items))?;
                    }
                    count = self.take(Decoder::block)?;
                }
                array.end()
            }
            Schema::Map(values) => {
                let mut count = self.take(Decoder::block)?;
                let mut map = serializer.serialize_map(Some(length(count)))?;
                while let Some(left) = count {
                    for _ in 0..left {
                        let key = self.take(Decoder::string)?;
                        map.serialize_entry(key, &self.part(values))?;
                    }
                    count = self.take(Decoder::block)?;
                }
                map.end()
            }
            Schema::Record(record) => write_record(record.get(), self.input, serializer),
            Schema::Unknown => Err(S::Error::custom("a value without an Avro form")),
        }
    }
}

fn write_record<S: Serializer>(
    record: &'static Record,
    input: &RefCell<Decoder<'_>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_struct(record.name, record.fields.len())?;
    for field in record.fields {
        out.serialize_field(field.name, &Next { schema: &field.schema, input })?;
    }
    out.end()
}

/// Returns the number of all items: the encoder writes them in one block.
fn length(block: Option<u64>) -> usize {
    block.map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX))
}
