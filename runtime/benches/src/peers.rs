//! Other libraries, as somebody would use them: schemas parsed once, buffers used again where that is offered.

use apache_avro::{
    Schema, reader::datum::GenericDatumReader, types::Value, writer::datum::GenericDatumWriter,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_avro_fast::ser::SerializerConfig;

/// What can go wrong: all of it would be a mistake of the benches.
const RIGHT: &str = "the peers understand the schema and the samples, says a test";

/// `serde_avro_fast`, from and to structs.
pub struct Fast {
    schema: serde_avro_fast::Schema,
}

impl Fast {
    /// With the schema of an event.
    #[must_use]
    pub fn new(schema: &str) -> Self {
        Self { schema: schema.parse().expect(RIGHT) }
    }

    /// Its writer, which keeps its own buffers.
    #[must_use]
    pub fn config(&self) -> SerializerConfig<'_> {
        SerializerConfig::new(&self.schema)
    }

    /// Appends the bytes.
    pub fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>, config: &mut SerializerConfig<'_>) {
        let buffer = std::mem::take(out);
        *out = serde_avro_fast::to_datum(value, buffer, config).expect(RIGHT);
    }

    /// Reads the bytes.
    #[must_use]
    pub fn decode<T: DeserializeOwned>(&self, bytes: &[u8]) -> T {
        serde_avro_fast::from_datum_slice(bytes, &self.schema).expect(RIGHT)
    }
}

/// `apache-avro`, the library of the Avro project.
pub struct Apache<'a> {
    writer: GenericDatumWriter<'a>,
    reader: GenericDatumReader<'a>,
}

impl<'a> Apache<'a> {
    /// With the schema of an event.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            writer: GenericDatumWriter::builder(schema).build().expect(RIGHT),
            reader: GenericDatumReader::builder(schema).build().expect(RIGHT),
        }
    }

    /// The schema that [`new`](Self::new) takes.
    #[must_use]
    pub fn schema(text: &str) -> Schema {
        Schema::parse_str(text).expect(RIGHT)
    }

    /// Appends the bytes of a struct.
    pub fn encode<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) {
        self.writer.write_ser(out, value).expect(RIGHT);
    }

    /// Reads the bytes to a struct.
    #[must_use]
    pub fn decode<T: DeserializeOwned>(&self, mut bytes: &[u8]) -> T {
        self.reader.read_deser(&mut bytes).expect(RIGHT)
    }

    /// Appends the bytes of a struct by way of a tree of values.
    pub fn encode_value<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) {
        let value = apache_avro::to_value(value).expect(RIGHT);
        self.writer.write_value(out, value).expect(RIGHT);
    }

    /// Reads the bytes to a struct by way of a tree of values.
    #[must_use]
    pub fn decode_value<T: DeserializeOwned>(&self, mut bytes: &[u8]) -> T {
        let value: Value = self.reader.read_value(&mut bytes).expect(RIGHT);
        apache_avro::from_value(&value).expect(RIGHT)
    }
}
