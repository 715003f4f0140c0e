//! The registry of the program's events and receivers.

use std::{error::Error, panic::catch_unwind, sync::Mutex};

use openedx_events::{
    AnyEventError, AvroType, BoxError, Event, EventDefinition, ReceiverDefinition, WireEvent, codec,
    expect_receivers, learning::signals::COURSE_ENROLLMENT_CREATED, prelude::*, registry,
};
use openedx_events_tests::{
    ARTICLE_ADDED, Article, Contact, NUMBER_DRAWN, NumberDrawn, SAMPLE_TAKEN, SampleTaken, samples,
};
use serde_json::{Value, json};

/// A local-only event whose data could be encoded.
#[event(
    type = "com.example.learning.grade.computed.v1",
    local_only = "is for this process",
    deprecated(since = "1.4", note = "compute it")
)]
pub struct GradeComputed {
    /// The grade.
    pub grade: f64,
    /// The learner.
    #[event(pii)]
    pub learner: Option<Contact>,
}

/// A local-only event with a function, which cannot be encoded.
#[event(type = "com.example.learning.hook.installed.v1", local_only = "functions have no wire form")]
#[derive(Clone)]
pub struct HookInstalled {
    /// A number.
    pub number: i64,
    /// A function.
    pub hook: fn() -> i64,
}

/// A local-only event with a list of options, which has no schema in Python.
#[event(type = "com.example.learning.gap.noted.v1", local_only = "is for this process")]
pub struct GapNoted {
    /// Values, some of them missing.
    pub values: Vec<Option<i64>>,
}

/// A local-only event with a nested option, which has no Avro schema.
#[event(type = "com.example.learning.doubt.noted.v1", local_only = "is for this process")]
pub struct DoubtNoted {
    /// A nested option.
    pub value: Option<Option<i64>>,
}

/// A percentage.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentage(i64);

impl AvroType for Percentage {
    type Repr = i64;

    fn to_repr(&self) -> i64 {
        self.0
    }

    fn from_repr(repr: i64) -> Result<Self, BoxError> {
        if repr > 100 { Err("a percentage is at most 100".into()) } else { Ok(Self(repr)) }
    }
}

/// An event with an invalid default.
#[event(type = "com.example.learning.limit.raised.v1")]
pub struct LimitRaised {
    /// The new limit.
    #[event(default = Percentage(101))]
    pub limit: Percentage,
}

mod second {
    use super::*;

    #[receiver(NUMBER_DRAWN)]
    pub(super) fn later(number: &i64) -> Result<(), String> {
        if *number == 13 { Err("unlucky".to_owned()) } else { Ok(()) }
    }
}

mod first {
    use super::*;

    #[receiver(NUMBER_DRAWN)]
    pub(super) fn earlier() {}
}

#[receiver(NUMBER_DRAWN, order = -5)]
fn counts(_event: &NumberDrawn) {}

const BOTH_LINE: u32 = line!() + 2;
#[receiver(ARTICLE_ADDED, SAMPLE_TAKEN)]
fn both(metadata: &EventsMetadata) {
    METADATA.lock().unwrap().push(metadata.clone());
}

static METADATA: Mutex<Vec<EventsMetadata>> = Mutex::new(Vec::new());

#[test]
fn events_are_complete_and_sorted() {
    let types: Vec<&str> = registry::events().map(EventDefinition::event_type).collect();
    assert!(types.is_sorted());
    assert_eq!(types.len(), registry::events().len());
    let ours: Vec<&str> = types.iter().copied().filter(|one| one.starts_with("com.example.")).collect();
    assert_eq!(
        ours,
        [
            "com.example.learning.article.added.v1",
            "com.example.learning.doubt.noted.v1",
            "com.example.learning.gap.noted.v1",
            "com.example.learning.grade.computed.v1",
            "com.example.learning.hook.installed.v1",
            "com.example.learning.limit.raised.v1",
            "com.example.learning.number.drawn.v1",
            "com.example.learning.sample.taken.v1",
        ]
    );
    // The catalogue is included without being mentioned.
    assert!(types.contains(&COURSE_ENROLLMENT_CREATED.event_type()));
}

#[test]
fn events_of_the_conformance_suite_are_not_listed() {
    assert!(registry::get("test.openedx_events.conformance.item.added.v1").is_some());
    assert!(registry::events().all(|event| !event.event_type().starts_with("test.")));
}

#[test]
fn get_finds_only_known_events() {
    for event in registry::events() {
        assert!(std::ptr::eq(registry::get(event.event_type()).unwrap(), event));
    }
    for unknown in ["", "com.example.learning.number.drawn", "com.example.learning.number.drawn.v2", "zzz"] {
        assert!(registry::get(unknown).is_none());
    }
}

#[test]
fn a_definition_reflects_its_attribute() {
    let sample = registry::get("com.example.learning.sample.taken.v1").unwrap();
    assert!(std::ptr::eq(sample, SampleTaken::DEFINITION));
    assert!(std::ptr::eq(sample, SAMPLE_TAKEN.definition()));
    assert_eq!(sample.name(), "SAMPLE_TAKEN");
    assert_eq!(sample.docs(), "Sent when a sample is taken. Its data has every kind of field.");
    assert_eq!(sample.key_field(), Some("texts.course"));
    assert_eq!(sample.repository(), Some("example/laboratory"));
    assert_eq!(sample.warning(), Some("Samples are large."));
    assert_eq!(sample.minor_version(), 3);
    assert_eq!((sample.deprecated(), sample.local_only()), (None, None));

    let number = NUMBER_DRAWN.definition();
    assert_eq!((number.key_field(), number.repository(), number.warning()), (None, None, None));
    assert_eq!(number.minor_version(), 0);

    let grade = registry::get("com.example.learning.grade.computed.v1").unwrap();
    assert_eq!(grade.local_only(), Some("is for this process"));
    let deprecated = grade.deprecated().unwrap();
    assert_eq!((deprecated.since, deprecated.note), (Some("1.4"), "compute it"));
}

#[test]
fn data_keys_have_types_docs_and_pii() {
    let keys: Vec<_> = SAMPLE_TAKEN.definition().data().collect();
    let described: Vec<_> = keys.iter().map(|key| (key.name(), key.type_name(), key.is_pii())).collect();
    assert_eq!(
        described,
        [
            ("scalars", "Scalars", false),
            ("texts", "Texts", false),
            ("collections", "Collections", false),
            ("optionals", "Optionals", false),
            ("taker", "Person", true),
            ("previous", "Option<Uuid>", false),
            ("remarks", "Vec<String>", false),
        ]
    );
    assert_eq!(keys[5].docs(), "The previous sample.");
    assert_eq!(format!("{:?}", keys[5]), "previous: Option<Uuid>");
    let hook = registry::get("com.example.learning.hook.installed.v1").unwrap();
    let hook: Vec<_> = hook.data().map(|key| key.type_name()).collect();
    assert_eq!(hook[0], "i64");
}

#[test]
fn definitions_know_their_source_location() {
    let sample = SAMPLE_TAKEN.definition();
    assert_eq!(sample.module_path(), "openedx_events_tests");
    assert!(sample.file().ends_with("src/lib.rs"), "{}", sample.file());
    let source = include_str!("../src/lib.rs");
    let line = source.lines().nth(usize::try_from(sample.line()).unwrap() - 1).unwrap();
    assert_eq!(line, "pub struct SampleTaken {");
}

#[test]
fn receivers_are_listed_with_their_location_and_order() {
    let numbers: Vec<_> = NUMBER_DRAWN.receivers().collect();
    let names: Vec<_> = numbers.iter().map(|one| (one.module_path(), one.name(), one.order())).collect();
    // Within the same order, by module and not by line.
    let expected =
        [("registry", "counts", -5), ("registry::first", "earlier", 0), ("registry::second", "later", 0)];
    assert_eq!(names, expected);
    let through_the_definition = NUMBER_DRAWN.definition().receivers().map(ReceiverDefinition::name);
    assert!(through_the_definition.eq(names.iter().map(|(_, name, _)| *name)));
    let ran = NUMBER_DRAWN.send_event(NumberDrawn { number: 1 });
    assert!(ran.iter().map(|one| one.receiver().name()).eq(names.iter().map(|(_, name, _)| *name)));

    let all: Vec<_> = registry::receivers().map(|one| (one.event().name(), one.name())).collect();
    assert_eq!(registry::receivers().len(), all.len());
    assert_eq!(
        all,
        [
            ("ARTICLE_ADDED", "both"),
            ("NUMBER_DRAWN", "counts"),
            ("NUMBER_DRAWN", "earlier"),
            ("NUMBER_DRAWN", "later"),
            ("SAMPLE_TAKEN", "both"),
        ]
    );
    let both = registry::receivers().next().unwrap();
    assert_eq!(both.line(), BOTH_LINE);
    assert!(both.file().ends_with("tests/registry.rs"));
    assert_eq!(both.to_string(), format!("registry::both ({}:{BOTH_LINE})", both.file()));
}

#[test]
fn schemas_are_written_as_in_python() {
    let schema = NUMBER_DRAWN.definition().schema_string().unwrap();
    assert_eq!(
        schema,
        concat!(
            r#"{"doc": "Avro Event Format for CloudEvents created with openedx_events/schema", "#,
            r#""fields": [{"name": "number", "type": "long"}], "name": "CloudEvent", "#,
            r#""namespace": "com.example.learning.number.drawn.v1", "type": "record"}"#
        )
    );
    assert_eq!(schema, NUMBER_DRAWN.schema_string());

    let schema: Value = serde_json::from_str(&SAMPLE_TAKEN.schema_string()).unwrap();
    // The first use defines a record; later uses refer to it by name.
    let collections = &schema["fields"][2]["type"]["fields"];
    assert_eq!(collections[2]["type"]["items"]["name"], "Contact");
    assert_eq!(collections[5]["type"]["values"]["items"], "Contact");
    let optionals = &schema["fields"][3]["type"]["fields"];
    assert_eq!(optionals[8], json!({"default": null, "name": "contact", "type": ["null", "Contact"]}));
    assert_eq!(schema["fields"][6], json!({"name": "remarks", "type": {"type": "array", "items": "string"}}));
}

#[test]
fn a_local_only_event_has_a_schema_if_its_data_has_one() {
    let schema = |event_type| registry::get(event_type).unwrap().schema_string();
    let grade = schema("com.example.learning.grade.computed.v1").unwrap();
    let grade: Value = serde_json::from_str(&grade).unwrap();
    assert_eq!(grade["fields"][0], json!({"name": "grade", "type": "double"}));
    assert_eq!(grade["fields"][1]["type"][1]["name"], "Contact");
    assert_eq!(schema("com.example.learning.hook.installed.v1"), None);
    assert_eq!(schema("com.example.learning.gap.noted.v1"), None);
    assert_eq!(schema("com.example.learning.doubt.noted.v1"), None);
}

#[test]
#[allow(deprecated)]
fn a_local_only_event_is_received_but_cannot_be_encoded() {
    let _connection = HOOK_INSTALLED.connect(|event, _| {
        assert_eq!((event.hook)(), 41 + event.number);
    });
    let installed = HookInstalled { number: 1, hook: || 42 };
    assert!(HOOK_INSTALLED.send_event(installed.clone()).all_ok());
    assert_eq!(format!("{installed:?}"), "HookInstalled { .. }");
    let built = GradeComputed::builder().grade(0.5).learner(None).build();
    assert!(format!("{built:?}").starts_with("GradeComputed"));

    let hook = HOOK_INSTALLED.definition();
    let metadata = HOOK_INSTALLED.generate_signal_metadata();
    let errors = [
        hook.encode_json("{}").unwrap_err(),
        hook.decode_to_json(&[2]).unwrap_err(),
        registry::send_from_event_bus(metadata, &[2]).unwrap_err(),
    ];
    for error in errors {
        let text = "event `com.example.learning.hook.installed.v1` stays in its process: functions have no wire form";
        assert_eq!(error.to_string(), text);
        assert!(
            matches!(error, AnyEventError::NoWireForm(reason) if reason.reason() == "functions have no wire form")
        );
    }
}

fn encode_error(change: impl FnOnce(&mut Value)) -> String {
    let sample = codec::encode(&samples::sample_taken());
    let sample = SAMPLE_TAKEN.definition().decode_to_json(&sample).unwrap();
    let mut sample = serde_json::from_str(&sample).unwrap();
    change(&mut sample);
    SAMPLE_TAKEN.definition().encode_json(&sample.to_string()).unwrap_err().to_string()
}

#[test]
fn json_and_bytes_convert_to_each_other() {
    let event = samples::sample_taken();
    let bytes = codec::encode(&event);
    let json = SAMPLE_TAKEN.definition().decode_to_json(&bytes).unwrap();
    assert_eq!(SAMPLE_TAKEN.definition().encode_json(&json).unwrap(), bytes);
    assert_eq!(serde_json::from_str::<SampleTaken>(&json).unwrap(), event);
    assert_eq!(serde_json::to_string(&event).unwrap(), json);
}

#[test]
fn json_errors_have_the_path_of_the_field() {
    let errors = [
        (
            encode_error(|one| one["scalars"]["port"] = json!(65536)),
            "`scalars.port` at line 1 column _: expected a long from 0 to 65535, but the number is out of range",
        ),
        (
            encode_error(|one| one["collections"]["grid"][0][0][0] = json!(1)),
            "`collections.grid[0][0][0]` at ",
        ),
        (
            encode_error(|one| one["collections"]["groups"]["all"][1]["verified"] = json!("no")),
            "`collections.groups[0][1].verified` at line 1 column _: invalid type: string, expected",
        ),
        (
            encode_error(|one| one["optionals"]["contact"]["extra"] = json!(1)),
            "`optionals.contact` at line 1 column _: unknown field, expected `email` or `verified`",
        ),
        (
            encode_error(|one| drop(one["taker"].as_object_mut().unwrap().remove("born"))),
            "`taker` at line 1 column _: missing field `born`",
        ),
        (encode_error(|one| one["texts"]["course"] = json!("edX")), "`texts.course` at "),
        (
            encode_error(|one| one["texts"]["price"] = json!("1.5")),
            "`texts.price` at line 1 column _: a price has two decimals",
        ),
        (
            encode_error(|one| drop(one.as_object_mut().unwrap().remove("scalars"))),
            "line 1 column _: missing field `scalars`",
        ),
        (
            encode_error(|one| *one = json!([])),
            "line 1 column _: invalid type: sequence, expected the fields of `SampleTaken`",
        ),
    ];
    for (error, expected) in errors {
        // The column depends on the sample.
        let digits = |one: char| one.is_ascii_digit();
        let (before, after) = error.split_once("column ").expect("errors have a column");
        let error = format!("{before}column _{}", after.trim_start_matches(digits));
        assert!(error.starts_with(expected), "{error}\nshould start with {expected}");
    }
    let trailing = NUMBER_DRAWN.definition().encode_json(r#"{"number": 1} x"#).unwrap_err();
    assert!(matches!(trailing, AnyEventError::Json { .. }));
    assert!(NUMBER_DRAWN.definition().encode_json("").is_err());
}

#[test]
fn an_invalid_default_has_no_position_in_the_json() {
    let Err(AnyEventError::Json(error)) = LIMIT_RAISED.definition().encode_json("{}") else {
        panic!("the default is invalid")
    };
    assert_eq!((error.field_path(), error.line(), error.column()), ("limit", 0, 0));
    assert_eq!(error.to_string(), "`limit`, by default: a percentage is at most 100");
}

#[test]
fn deeply_nested_json_is_an_error() {
    let deep = |open: &str| open.repeat(200_000);
    for (open, key) in [("[", "grid"), ("{\"a\":", "matrix"), ("[", "scores"), ("[{\"a\":", "unknown")] {
        let json = format!(r#"{{"collections": {{"{key}": {}"#, deep(open));
        let error = SAMPLE_TAKEN.definition().encode_json(&json).unwrap_err();
        assert!(matches!(error, AnyEventError::Json { .. }), "{error}");
        assert!(SAMPLE_TAKEN.definition().encode_json(&deep(open)).is_err());
        assert!(EventsMetadata::from_json(&format!(r#"{{"{key}": {}"#, deep(open))).is_err());
    }
}

#[test]
fn byte_errors_have_path_offset_and_source() {
    let error = ARTICLE_ADDED.definition().decode_to_json(b"\x00\x061.5").unwrap_err();
    let text = "`article.price` at byte 1: expected a valid value, but the value was refused: a price has two decimals";
    assert_eq!(error.to_string(), text);
    let source = error.source().expect("the error of the custom type");
    assert_eq!(source.to_string(), "a price has two decimals");
    let AnyEventError::Avro(error) = error else { panic!("{error:?}") };
    assert_eq!((error.field_path().as_str(), error.offset()), ("article.price", 1));
}

#[test]
fn an_event_from_the_bus_is_sent_to_the_receivers() {
    let mut metadata = SAMPLE_TAKEN.generate_signal_metadata();
    metadata.source = "openedx/elsewhere/web".into();
    let bytes = codec::encode(&samples::sample_taken());
    let responses = registry::send_from_event_bus(metadata.clone(), &bytes).unwrap();
    assert_eq!((responses.len(), responses.all_ok()), (1, true));
    assert!(METADATA.lock().unwrap().contains(&metadata));

    let metadata = NUMBER_DRAWN.generate_signal_metadata();
    let responses = registry::send_from_event_bus(metadata.clone(), &[26]).unwrap();
    assert_eq!(responses.failures().next().unwrap().receiver().name(), "later");
    let error = registry::send_from_event_bus(metadata, &[]).unwrap_err();
    assert_eq!(error.to_string(), "`number` at byte 0: expected a long, but the input ends");

    let mut metadata = NUMBER_DRAWN.generate_signal_metadata();
    metadata.event_type = "com.example.learning.number.forgotten.v1".into();
    let error = registry::send_from_event_bus(metadata, &[26]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this program has no event definition of type `com.example.learning.number.forgotten.v1`"
    );
}

#[test]
fn expect_receivers_passes_if_all_are_registered() {
    expect_receivers!(both, counts, first::earlier, second::later);
    expect_receivers!(second::later,);
}

#[test]
fn expect_receivers_names_missing_receivers() {
    fn forgotten(_: &Article) {}

    mod far {
        pub(super) fn away() {}
    }

    let message = |expect: fn()| *catch_unwind(expect).unwrap_err().downcast::<String>().unwrap();
    assert_eq!(
        message(|| expect_receivers!(both, forgotten, counts, far::away)),
        "not registered as receivers: `forgotten`, `far::away`\nhelp: put `#[receiver(THE_SIGNAL)]` on each"
    );
}

#[test]
fn users_can_write_functions_generic_over_events() {
    fn size<E: WireEvent>(event: &E) -> usize {
        codec::encode(event).len() + E::DEFINITION.data().count()
    }
    assert_eq!(size(&NumberDrawn { number: 64 }), 3);
}

#[test]
fn errors_about_json_contain_none_of_its_values() {
    let error = encode_error(|one| one["collections"]["groups"]["ada@example.com"] = json!(["secret"]));
    assert!(error.starts_with("`collections.groups[0][0]` at line 1 "), "{error}");
    assert!(!error.contains("ada") && !error.contains("secret"), "{error}");
    let error = encode_error(|one| one["taker"]["ada@example.com"] = json!(1));
    assert!(error.starts_with("`taker` at line 1 ") && !error.contains("ada"), "{error}");
}
