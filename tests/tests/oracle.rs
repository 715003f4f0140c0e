//! Compares the codec with another implementation of Avro, on generated events: each reads the bytes of the other.

use std::collections::{BTreeMap, HashMap};

use apache_avro::{
    Schema, reader::datum::GenericDatumReader, types::Value, writer::datum::GenericDatumWriter,
};
use openedx_events::{AvroType, EventDefinition, UtcOffset, codec, keys::CourseKey, prelude::*, registry};
use openedx_events_tests::{
    Account, Collections, Contact, Optionals, Person, Plan, Price, SAMPLE_TAKEN, SampleTaken, Scalars, Texts,
    golden::{self, Vector},
};
use proptest::{collection, num, option, prelude::*};
use serde_json::json;

fn text() -> impl Strategy<Value = String> {
    let characters = prop_oneof![4 => proptest::char::range(' ', '~'), 1 => any::<char>()];
    collection::vec(characters, 0..9).prop_map(String::from_iter)
}

fn map<T: std::fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = BTreeMap<String, T>> {
    collection::btree_map(text(), values, 0..4)
}

fn hash<T: std::fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = HashMap<String, T>> {
    collection::hash_map(text(), values, 0..4)
}

/// Generates all floats, but only one NaN, because JSON has only one.
fn float() -> impl Strategy<Value = f64> {
    num::f64::ANY.prop_map(|float| if float.is_nan() { f64::NAN } else { float })
}

fn long() -> impl Strategy<Value = i64> {
    prop_oneof![-200..200_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)]
}

fn blob() -> impl Strategy<Value = Bytes> {
    collection::vec(any::<u8>(), 0..9).prop_map(Bytes::from)
}

fn time() -> impl Strategy<Value = DateTime> {
    let date = (1..=9999_u16, 1..=12_u8, 1..=28_u8);
    let micros = prop_oneof![Just(0), 0..1_000_000_u32];
    let offset =
        option::of(prop_oneof![Just(0), (-1439..1440).prop_map(|minutes| minutes * 60), -86_399..86_400]);
    (date, 0..24_u8, 0..60_u8, 0..60_u8, micros, offset).prop_map(
        |((year, month, day), hour, minute, second, micros, offset)| {
            let time = DateTime::naive(year, month, day, hour, minute, second, micros).unwrap();
            offset.map_or(time, |seconds| time.with_offset(UtcOffset::from_seconds(seconds).unwrap()))
        },
    )
}

fn course() -> impl Strategy<Value = CourseKey> {
    let part = || {
        collection::vec(proptest::sample::select(b"abzAZ09_-.".as_slice()), 1..9)
            .prop_map(|part| String::from_utf8(part).unwrap())
    };
    prop_oneof![
        (part(), part(), part()).prop_map(|(org, course, run)| CourseKey::new(&org, &course, &run).unwrap()),
        (part(), part()).prop_map(|(org, library)| CourseKey::new_library(&org, &library).unwrap()),
        (part(), part(), part())
            .prop_map(|(org, course, run)| CourseKey::new_old_style(&org, &course, &run).unwrap()),
    ]
}

fn price() -> impl Strategy<Value = Price> {
    any::<u32>().prop_map(|cents| Price { cents })
}

fn plan() -> impl Strategy<Value = Plan> {
    let known = proptest::sample::select(&["audit", "verified", "no-id-professional"]);
    prop_oneof![known.prop_map(Plan::from), text().prop_map(Plan::from)]
}

fn account() -> impl Strategy<Value = Account> {
    any::<u128>().prop_map(Account)
}

fn contact() -> impl Strategy<Value = Contact> {
    (text(), any::<bool>())
        .prop_map(|(email, verified)| Contact::builder().email(email).verified(verified).build())
}

fn scalars() -> impl Strategy<Value = Scalars> {
    let integers = (long(), any::<i32>(), any::<i16>(), any::<i8>(), any::<u32>(), any::<u16>(), any::<u8>());
    (any::<bool>(), integers, float(), text(), blob()).prop_map(|(flag, integers, ratio, text, blob)| {
        let (long, int, short, tiny, unsigned, port, octet) = integers;
        Scalars::builder()
            .flag(flag)
            .long(long)
            .int(int)
            .short(short)
            .tiny(tiny)
            .unsigned(unsigned)
            .port(port)
            .octet(octet)
            .ratio(ratio)
            .text(text)
            .blob(blob)
            .build()
    })
}

fn texts() -> impl Strategy<Value = Texts> {
    (time(), any::<u128>(), course(), price(), plan(), account()).prop_map(
        |(at, uuid, course, price, plan, account)| {
            let uuid = Uuid::from_u128(uuid);
            Texts::builder().at(at).uuid(uuid).course(course).price(price).plan(plan).account(account).build()
        },
    )
}

fn collections() -> impl Strategy<Value = Collections> {
    let numbers = collection::vec(long(), 0..70);
    let grid = collection::vec(collection::vec(collection::vec(any::<bool>(), 0..3), 0..3), 0..3);
    let contacts = || collection::vec(contact(), 0..3);
    let maps = (map(float()), hash(text()), map(contacts()), hash(map(long())));
    let texts = (collection::vec(plan(), 0..3), map(account()));
    (numbers, grid, contacts(), maps, texts).prop_map(
        |(numbers, grid, contacts, (scores, labels, groups, matrix), (plans, accounts))| {
            Collections::builder()
                .numbers(numbers)
                .grid(grid)
                .contacts(contacts)
                .scores(scores)
                .labels(labels)
                .groups(groups)
                .matrix(matrix)
                .plans(plans)
                .accounts(accounts)
                .build()
        },
    )
}

fn optionals() -> impl Strategy<Value = Optionals> {
    let plain = (option::of(any::<bool>()), option::of(any::<u8>()), option::of(float()), option::of(text()));
    let others = (option::of(blob()), option::of(time()), option::of(collection::vec(long(), 0..3)));
    let texts = (option::of(price()), option::of(plan()), option::of(account()));
    (plain, others, option::of(map(text())), option::of(contact()), texts).prop_map(
        |((flag, octet, ratio, text), (blob, at, numbers), labels, contact, (price, plan, account))| {
            Optionals::builder()
                .flag(flag)
                .octet(octet)
                .ratio(ratio)
                .text(text)
                .blob(blob)
                .at(at)
                .numbers(numbers)
                .labels(labels)
                .contact(contact)
                .price(price)
                .plan(plan)
                .account(account)
                .build()
        },
    )
}

fn event() -> impl Strategy<Value = SampleTaken> {
    let taker =
        (text(), any::<i16>()).prop_map(|(name, born)| Person::builder().name(name).born(born).build());
    let rest = (taker, option::of(any::<u128>()), collection::vec(text(), 0..3));
    (scalars(), texts(), collections(), optionals(), rest).prop_map(
        |(scalars, texts, collections, optionals, (taker, previous, remarks))| SampleTaken {
            scalars,
            texts,
            collections,
            optionals,
            taker,
            previous: previous.map(Uuid::from_u128),
            remarks,
        },
    )
}

/// The expected value in the other implementation.
trait Expected {
    fn expected(&self) -> Value;
}

macro_rules! expected {
    ($($type:ty: $self:ident => $value:expr;)*) => {$(
        impl Expected for $type {
            fn expected(&$self) -> Value {
                $value
            }
        }
    )*};
}

expected! {
    bool: self => Value::Boolean(*self);
    i64: self => Value::Long(*self);
    i32: self => Value::Long((*self).into());
    i16: self => Value::Long((*self).into());
    i8: self => Value::Long((*self).into());
    u32: self => Value::Long((*self).into());
    u16: self => Value::Long((*self).into());
    u8: self => Value::Long((*self).into());
    f64: self => Value::Double(*self);
    String: self => Value::String(self.clone());
    Bytes: self => Value::Bytes(self.to_vec());
    DateTime: self => Value::String(self.to_string());
    Uuid: self => Value::String(self.to_string());
    CourseKey: self => Value::String(self.to_string());
    Price: self => Value::String(self.to_repr());
    Plan: self => Value::String(self.as_str().to_owned());
    Account: self => Value::String(self.0.to_string());
}

impl<T: Expected> Expected for Vec<T> {
    fn expected(&self) -> Value {
        Value::Array(self.iter().map(T::expected).collect())
    }
}

impl<T: Expected> Expected for BTreeMap<String, T> {
    fn expected(&self) -> Value {
        Value::Map(self.iter().map(|(key, value)| (key.clone(), value.expected())).collect())
    }
}

impl<T: Expected> Expected for HashMap<String, T> {
    fn expected(&self) -> Value {
        Value::Map(self.iter().map(|(key, value)| (key.clone(), value.expected())).collect())
    }
}

impl<T: Expected> Expected for Option<T> {
    fn expected(&self) -> Value {
        match self {
            None => Value::Union(0, Box::new(Value::Null)),
            Some(value) => Value::Union(1, Box::new(value.expected())),
        }
    }
}

macro_rules! expected_records {
    ($($type:ty { $($field:ident)* })*) => {$(
        impl Expected for $type {
            fn expected(&self) -> Value {
                Value::Record(vec![$((stringify!($field).to_owned(), self.$field.expected())),*])
            }
        }
    )*};
}

expected_records! {
    Contact { email verified }
    Person { name born }
    Scalars { flag long int short tiny unsigned port octet ratio text blob }
    Texts { at uuid course price plan account }
    Collections { numbers grid contacts scores labels groups matrix plans accounts }
    Optionals { flag octet ratio text blob at numbers labels contact price plan account }
    SampleTaken { scalars texts collections optionals taker previous remarks }
}

/// Converts the value to the JSON of the Avro record dictionary.
fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(value) => json!(value),
        Value::Long(value) => json!(value),
        Value::Double(value) if value.is_nan() => json!("NaN"),
        Value::Double(value) if value.is_infinite() => {
            json!(if *value > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Value::Double(value) => json!(value),
        Value::String(value) => json!(value),
        Value::Bytes(value) => value.iter().copied().map(char::from).collect::<String>().into(),
        Value::Array(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), json_of(value))).collect(),
        Value::Record(fields) => fields.iter().map(|(name, value)| (name.clone(), json_of(value))).collect(),
        Value::Union(_, value) => json_of(value),
        other => panic!("unexpected value: {other:?}"),
    }
}

/// Returns true if the values are the same. NaN counts as equal to itself.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) => left.to_bits() == right.to_bits(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let in_right = |(key, value)| right.get(key).is_some_and(|other| same(value, other));
            left.len() == right.len() && left.iter().all(in_right)
        }
        (Value::Record(left), Value::Record(right)) => {
            let pairs = || left.iter().zip(right);
            left.len() == right.len()
                && pairs().all(|(left, right)| left.0 == right.0 && same(&left.1, &right.1))
        }
        (Value::Union(left, inside), Value::Union(right, other)) => left == right && same(inside, other),
        _ => left == right,
    }
}

/// Returns true if the events are equal and have the same bytes. An event with a NaN does not equal itself.
fn same_event(left: &SampleTaken, right: &SampleTaken) -> bool {
    let has_nan = |event: &SampleTaken| *event != event.clone();
    (left == right || has_nan(left)) && codec::encode(left) == codec::encode(right)
}

fn schema() -> Schema {
    Schema::parse_str(&SAMPLE_TAKEN.schema_string()).unwrap()
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_oracle_reads_what_we_write(event in event()) {
        let schema = schema();
        let bytes = codec::encode(&event);
        let mut rest = bytes.as_slice();
        let value = GenericDatumReader::builder(&schema).build().unwrap().read_value(&mut rest).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert!(same(&value, &event.expected()), "{value:?}\n{:?}", event.expected());
    }

    #[test]
    fn we_read_what_the_oracle_writes(event in event()) {
        let schema = schema();
        let writer = GenericDatumWriter::builder(&schema).build().unwrap();
        let bytes = writer.write_value_to_vec(event.expected()).unwrap();
        let read: SampleTaken = codec::decode(&bytes).unwrap();
        prop_assert!(same_event(&read, &event));
        prop_assert_eq!(bytes.len(), codec::encode(&event).len(), "only the order of maps differs");
    }

    #[test]
    fn json_matches_the_value_and_survives_a_round_trip(event in event()) {
        let definition = SAMPLE_TAKEN.definition();
        let bytes = codec::encode(&event);
        let text = definition.decode_to_json(&bytes).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&json, &json_of(&event.expected()));
        prop_assert_eq!(definition.encode_json(&text).unwrap(), bytes);
        let read: SampleTaken = serde_json::from_value(json).unwrap();
        prop_assert!(same_event(&read, &event));
    }
}

/// Returns a namespace without hyphens. One event type of Open edX has a hyphen, which is illegal in a namespace: Python's Avro
/// accepts it, the oracle does not.
fn legal_namespace(event: &EventDefinition) -> String {
    event.event_type().replace('-', "_")
}

fn schema_of(event: &EventDefinition) -> Schema {
    let schema = event.schema_string().unwrap();
    Schema::parse_str(&schema.replace(event.event_type(), &legal_namespace(event))).unwrap()
}

#[test]
fn the_oracle_reads_every_schema() {
    for event in registry::events().filter(|event| event.local_only().is_none()) {
        let schema = schema_of(event);
        let Schema::Record(record) = schema else { panic!("{schema:?}") };
        assert_eq!(record.name.to_string(), format!("{}.CloudEvent", legal_namespace(event)));
        let names: Vec<&str> = event.data().map(|key| key.name()).collect();
        assert!(record.fields.iter().map(|field| field.name.as_str()).eq(names));
    }
}

#[test]
fn the_oracle_reads_pythons_bytes_as_we_do() {
    for Vector { event, avro: bytes, .. } in golden::vectors() {
        let schema = schema_of(event);
        let reader = GenericDatumReader::builder(&schema).build().unwrap();
        let value = reader.read_value(&mut bytes.as_slice()).unwrap();
        let ours: serde_json::Value = serde_json::from_str(&event.decode_to_json(&bytes).unwrap()).unwrap();
        assert_eq!(json_of(&value), ours);
    }
}
