//! Other libraries, used efficiently: schemas are parsed once, and buffers are reused if the library allows it.

use apache_avro::{
    Schema, reader::datum::GenericDatumReader, types::Value, writer::datum::GenericDatumWriter,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_avro_fast::ser::SerializerConfig;

const RIGHT: &str = "a test checks that the libraries understand the schema and the samples";

/// `serde_avro_fast`, for structs.
pub struct Fast {
    schema: serde_avro_fast::Schema,
}

impl Fast {
    /// Creates it with the schema of an event.
    #[must_use]
    pub fn new(schema: &str) -> Self {
        Self { schema: schema.parse().expect(RIGHT) }
    }

    /// Returns its writer configuration, which holds buffers.
    #[must_use]
    pub fn config(&self) -> SerializerConfig<'_> {
        SerializerConfig::new(&self.schema)
    }

    /// Appends the bytes.
    pub fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>, config: &mut SerializerConfig<'_>) {
        let buffer = std::mem::take(out);
        *out = serde_avro_fast::to_datum(value, buffer, config).expect(RIGHT);
    }

    /// Decodes a struct.
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
    /// Creates it with the schema of an event.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            writer: GenericDatumWriter::builder(schema).build().expect(RIGHT),
            reader: GenericDatumReader::builder(schema).build().expect(RIGHT),
        }
    }

    /// Parses the schema for [`new`](Self::new).
    #[must_use]
    pub fn schema(text: &str) -> Schema {
        Schema::parse_str(text).expect(RIGHT)
    }

    /// Appends the bytes of a struct.
    pub fn encode<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) {
        self.writer.write_ser(out, value).expect(RIGHT);
    }

    /// Decodes a struct.
    #[must_use]
    pub fn decode<T: DeserializeOwned>(&self, mut bytes: &[u8]) -> T {
        self.reader.read_deser(&mut bytes).expect(RIGHT)
    }

    /// Appends the bytes of a struct, converted to a tree of values first.
    pub fn encode_value<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) {
        let value = apache_avro::to_value(value).expect(RIGHT);
        self.writer.write_value(out, value).expect(RIGHT);
    }

    /// Decodes a struct through a tree of values.
    #[must_use]
    pub fn decode_value<T: DeserializeOwned>(&self, mut bytes: &[u8]) -> T {
        let value: Value = self.reader.read_value(&mut bytes).expect(RIGHT);
        apache_avro::from_value(&value).expect(RIGHT)
    }
}
