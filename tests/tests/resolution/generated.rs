//! Compares the conversion with `apache-avro`'s, for generated schemas of writers.

use apache_avro::{
    Schema, reader::datum::GenericDatumReader, types::Value, writer::datum::GenericDatumWriter,
};
use openedx_events::{Event, EventDefinition, codec};
use openedx_events_tests::SampleTaken;
use proptest::{prelude::*, test_runner::TestRng};
use serde_json::{Value as Json, json};

use super::resolve;

/// Derives writers' schemas from the schema of an event, and makes values for them.
struct Writer {
    random: TestRng,
    /// Numbers the namespaces, because each mention of a record gets its own definition.
    mentions: u32,
    /// The records of the event's schema, by name.
    records: Vec<(String, Json)>,
}

impl Writer {
    fn below(&mut self, limit: u32) -> u32 {
        self.random.next_u32() % limit
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(u32::try_from(words.len()).unwrap()) as usize]
    }

    /// Returns a type that can be read as `ty`.
    fn ty(&mut self, ty: &Json) -> Json {
        if let Some([_null, some]) = ty.as_array().map(Vec::as_slice) {
            let some = self.plain(some);
            return match self.below(5) {
                0 => json!(["null", some]),
                1 => json!([some, "null"]),
                2 => some,
                3 => json!("null"),
                _ => json!(["null", {"type": "fixed", "name": self.name("Other"), "size": 2}, some]),
            };
        }
        let ty = self.plain(ty);
        if self.chance(10) { json!([ty]) } else { ty }
    }

    fn plain(&mut self, ty: &Json) -> Json {
        match ty {
            Json::String(name) => match name.as_str() {
                "long" => json!(self.pick(&["long", "int"])),
                "double" => json!(self.pick(&["double", "float", "int", "long"])),
                "boolean" | "string" | "bytes" => ty.clone(),
                record => {
                    let record = self.records.iter().find(|(name, _)| name == record).unwrap().1.clone();
                    self.record(&record)
                }
            },
            Json::Object(object) => match object["type"].as_str().unwrap() {
                "array" => json!({"type": "array", "items": self.ty(&object["items"])}),
                "map" => json!({"type": "map", "values": self.ty(&object["values"])}),
                _ => {
                    self.records.push((object["name"].as_str().unwrap().to_owned(), ty.clone()));
                    self.record(ty)
                }
            },
            _ => unreachable!("{ty}"),
        }
    }

    fn record(&mut self, record: &Json) -> Json {
        let mut fields = Vec::new();
        for field in record["fields"].as_array().unwrap() {
            let ty = self.ty(&field["type"]);
            let is_optional = field["type"].is_array();
            if !(is_optional && self.chance(30)) {
                fields.push(json!({"name": field["name"], "type": ty}));
            }
            if self.chance(20) {
                let ty = self.unknown(3);
                fields.push(json!({"name": self.name("unknown"), "type": ty}));
            }
        }
        if self.chance(50) {
            for index in 1..fields.len() {
                let other = self.below(u32::try_from(index).unwrap() + 1) as usize;
                fields.swap(index, other);
            }
        }
        json!({"type": "record", "name": record["name"], "namespace": self.name("n"), "fields": fields})
    }

    fn unknown(&mut self, depth: u32) -> Json {
        match self.below(if depth == 0 { 8 } else { 12 }) {
            8 => json!({"type": "array", "items": self.unknown(depth - 1)}),
            9 => json!({"type": "map", "values": self.unknown(depth - 1)}),
            10 => json!(["null", {"type": "record", "name": self.name("R"), "fields": [
                {"name": "a", "type": self.unknown(depth - 1)}, {"name": "b", "type": "int"}]}]),
            11 => json!({"type": "enum", "name": self.name("E"), "symbols": ["A", "B"]}),
            primitive => {
                let names = ["null", "boolean", "int", "long", "float", "double", "string", "bytes"];
                json!(names[primitive as usize])
            }
        }
    }

    fn name(&mut self, word: &str) -> String {
        self.mentions += 1;
        format!("{word}{}", self.mentions)
    }

    fn value(&mut self, ty: &Json) -> Value {
        match ty {
            Json::Array(branches) => {
                let branch = self.below(u32::try_from(branches.len()).unwrap());
                // The fixed bytes cannot become a value of the event.
                let is_other = |branch: u32| branches[branch as usize]["type"] == "fixed";
                let branch = if is_other(branch) { 0 } else { branch };
                Value::Union(branch, Box::new(self.value(&branches[branch as usize])))
            }
            Json::String(name) => match name.as_str() {
                "null" => Value::Null,
                "boolean" => Value::Boolean(self.chance(50)),
                "int" => Value::Int(i32::try_from(self.below(200)).unwrap() - 100),
                "long" => Value::Long(i64::from(self.below(100))),
                "float" => Value::Float(f32::from(u16::try_from(self.below(9000)).unwrap()) / 8.0),
                "double" => Value::Double(f64::from(self.below(9000)) / 8.0),
                "string" => Value::String("é".repeat(self.below(4) as usize)),
                _ => Value::Bytes(vec![7; self.below(70) as usize]),
            },
            Json::Object(object) => match object["type"].as_str().unwrap() {
                "array" => {
                    let count = self.below(4);
                    Value::Array((0..count).map(|_| self.value(&object["items"])).collect())
                }
                "map" => {
                    // The order of more than one entry would be random.
                    let count = self.below(2);
                    Value::Map((0..count).map(|_| ("k".to_owned(), self.value(&object["values"]))).collect())
                }
                "enum" => Value::Enum(1, "B".to_owned()),
                _ => {
                    let fields = object["fields"].as_array().unwrap();
                    Value::Record(
                        fields
                            .iter()
                            .map(|field| {
                                (field["name"].as_str().unwrap().to_owned(), self.value(&field["type"]))
                            })
                            .collect(),
                    )
                }
            },
            _ => unreachable!("{ty}"),
        }
    }
}

fn write(schema: &Schema, value: Value) -> Vec<u8> {
    GenericDatumWriter::builder(schema).build().unwrap().write_value_to_vec(value).unwrap()
}

fn compare(definition: &'static EventDefinition, random: TestRng) {
    let reader_json: Json = serde_json::from_str(&definition.schema_string().unwrap()).unwrap();
    let reader = Schema::parse_str(&reader_json.to_string()).unwrap();
    let mut writer = Writer { random, mentions: 0, records: Vec::new() };
    let writer_json = writer.plain(&reader_json);
    let written = writer.value(&writer_json);
    let schema = Schema::parse_str(&writer_json.to_string()).unwrap();
    let bytes = write(&schema, written.clone());

    let theirs = written.resolve(&reader).unwrap();
    let resolution = resolve(definition, &writer_json.to_string());
    let ours = resolution.rewrite(&bytes).unwrap().into_owned();
    let ours_read = GenericDatumReader::builder(&reader).build().unwrap().read_value(&mut ours.as_slice());
    assert_eq!(ours_read.unwrap(), theirs, "{writer_json}");
    assert_eq!(ours, write(&reader, theirs), "{writer_json}");
    // A message that was cut off is refused.
    for end in 0..bytes.len() {
        assert!(resolution.rewrite(&bytes[..end]).is_err(), "{end} of {}: {writer_json}", bytes.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn conversions_agree_with_apache_avro(seed in any::<[u8; 32]>()) {
        let random = || TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
        compare(SampleTaken::DEFINITION, random());
        compare(openedx_events::learning::signals::CourseEnrollmentCreated::DEFINITION, random());
    }

    /// Neither schemas nor bytes may panic, whatever they are.
    #[test]
    fn any_bytes_are_read_or_refused(seed in any::<[u8; 32]>(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let random = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
        let definition = SampleTaken::DEFINITION;
        let mut writer = Writer { random, mentions: 0, records: Vec::new() };
        let json = writer.plain(&serde_json::from_str(&definition.schema_string().unwrap()).unwrap());
        if let Ok(bytes) = resolve(definition, &json.to_string()).rewrite(&bytes) {
            let _ = codec::decode::<SampleTaken>(&bytes);
        }
    }
}
