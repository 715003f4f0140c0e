//! Payloads as Rust values and as JSON.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

use openedx_events::{AvroType, codec, prelude::*};
use openedx_events_tests::{
    Article, ArticleAdded, ArticleFields, Collections, Contact, ContactFields, Optionals, Person,
    PersonFields, Price, SampleTaken, Scalars, Texts, samples,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// An event for the JSON of single values.
#[event(type = "com.example.learning.thing.measured.v1")]
pub struct ThingMeasured {
    /// A float.
    pub ratio: f64,
    /// Bytes.
    pub blob: Bytes,
    /// An array of floats.
    pub series: Vec<f64>,
}

/// A payload with personal data at several depths.
#[payload]
pub struct Household {
    /// The residents.
    #[payload(pii)]
    pub people: Vec<Person>,
    /// The contact details.
    pub contact: Contact,
    /// The head of the household.
    pub head: Person,
}

#[test]
fn builders_fill_in_defaults() {
    let article = Article::builder().title("Notes").price(Price { cents: 1250 }).build();
    assert_eq!(article.count, 1);
    assert_eq!(article.section, "books");
    assert!(article.tags.is_empty());
    assert_eq!(article.maker, None);

    let article = Article::builder()
        .section(String::from("maps"))
        .maker(samples::contact())
        .tags(vec!["old".to_owned()])
        .count(0)
        .price(Price { cents: 0 })
        .title('N')
        .build();
    assert_eq!((article.title.as_str(), article.count, article.section.as_str()), ("N", 0, "maps"));
    assert_eq!(article.maker, Some(samples::contact()));
    assert_eq!(article.tags, ["old"]);
}

#[test]
fn options_are_set_with_or_without_some() {
    let build =
        |maker: Option<Contact>| Article::builder().title("x").price(Price { cents: 1 }).maker(maker).build();
    assert_eq!(build(None).maker, None);
    assert_eq!(build(Some(samples::contact())).maker, Some(samples::contact()));
    let optionals = Optionals::builder().text("text").octet(3).build();
    assert_eq!((optionals.text.as_deref(), optionals.octet, optionals.flag), (Some("text"), Some(3), None));
}

#[test]
fn events_have_a_builder() {
    let sample = samples::sample_taken();
    let built = SampleTaken::builder()
        .scalars(sample.scalars.clone())
        .texts(sample.texts.clone())
        .collections(sample.collections.clone())
        .optionals(sample.optionals.clone())
        .taker(sample.taker.clone())
        .build();
    assert_eq!(built.previous, None);
    assert!(built.remarks.is_empty());
    assert_eq!(SampleTaken { remarks: sample.remarks.clone(), ..built }, sample);
}

#[test]
fn to_builder_replaces_any_field() {
    let article = samples::article();
    let other = article.to_builder().count(3).build();
    assert_eq!((other.count, &other.title), (3, &article.title));
    assert_eq!(article.to_builder().build(), article);
    let other = article.to_builder().maker(samples::contact()).title("Other").build();
    assert_eq!(other.to_builder().maker(None).title("Notes").build(), article);
    assert_eq!(article.count, 1, "the original is unchanged");
}

#[test]
fn payloads_convert_to_and_from_their_fields() {
    let ContactFields { email, verified } = samples::contact().into_fields();
    assert_eq!((email.as_str(), verified), ("ada@example.com", true));
    let other = Contact::from(ContactFields { email, verified: false });
    assert!(!other.verified);
    let from: Contact = ContactFields { verified: true, ..other.into_fields() }.into();
    assert_eq!(from, samples::contact());
}

#[test]
fn debug_hides_personal_data_at_any_depth() {
    let contact = "Contact { email: <redacted>, verified: true }";
    assert_eq!(format!("{:?}", samples::contact()), contact);
    let fields: ContactFields = samples::contact().into_fields();
    assert_eq!(format!("{fields:?}"), "ContactFields { email: <redacted>, verified: true }");

    assert_eq!(format!("{:?}", samples::person()), "Person { name: <redacted>, born: <redacted> }");
    let fields: PersonFields = samples::person().into_fields();
    assert_eq!(format!("{fields:?}"), "PersonFields { name: <redacted>, born: <redacted> }");

    let household =
        Household::builder().people(vec![]).contact(samples::contact()).head(samples::person()).build();
    assert_eq!(
        format!("{household:?}"),
        format!(
            "Household {{ people: <redacted>, contact: {contact}, head: Person {{ name: <redacted>, born: <redacted> }} }}"
        )
    );

    let event = format!("{:#?}", samples::sample_taken());
    assert!(event.contains("taker: <redacted>"), "{event}");
    assert!(event.contains("remarks: [") && event.contains("fragile"));
    for secret in ["ada@example.com", "Ada", "1815"] {
        assert!(!event.contains(secret), "{secret} is in {event}");
    }
}

#[test]
fn values_are_cloned_and_compared_by_their_fields() {
    let article = samples::article();
    assert_eq!(article.clone(), article);
    assert_ne!(article.to_builder().count(2).build(), article);
    assert_ne!(article.to_builder().maker(samples::contact()).build(), article);
    let event = samples::sample_taken();
    assert_eq!(event.clone(), event);
    assert_ne!(SampleTaken { previous: Some(Uuid::nil()), ..event.clone() }, event);
    let nan = samples::scalars().to_builder().ratio(f64::NAN).build();
    assert_ne!(nan, nan.clone(), "like floats");
}

#[test]
fn derives_apply_to_payloads_and_their_fields() {
    let [a, b] = ["a@example.com", "b@example.com"]
        .map(|email| Contact::builder().email(email).verified(true).build());
    assert!(a < b && a.clone() < b.to_builder().verified(false).build());
    assert_eq!(BTreeSet::from([b.clone(), a.clone(), b.clone()]).first(), Some(&a));
    assert_eq!(HashSet::from([a.clone(), b.clone(), a.clone()]).len(), 2);
    assert!(a.clone().into_fields() < b.clone().into_fields());
    assert_eq!(HashSet::from([samples::article(), samples::article()]).len(), 1);
}

#[test]
fn threads_share_payloads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Article>();
    shared::<ArticleFields>();
    shared::<SampleTaken>();
}

/// Converts the value to JSON and back.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(value: &T) -> Value {
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(json.clone()).unwrap(), value);
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json);
    json
}

#[test]
fn json_is_the_avro_record_dictionary() {
    assert_eq!(round_trip(&samples::contact()), json!({"email": "ada@example.com", "verified": true}));
    assert_eq!(
        round_trip(&samples::scalars()),
        json!({
            "flag": true, "long": -65, "int": 64, "short": -1, "tiny": 1, "unsigned": 300, "port": 8080, "octet": 255,
            "ratio": 1.5, "text": "é", "blob": "\u{0}\u{7f}\u{ff}",
        })
    );
    assert_eq!(
        round_trip(&samples::texts()),
        json!({
            "at": "2024-02-29T09:30:00.000250+00:00", "uuid": "01234567-89ab-cdef-0123-456789abcdef",
            "course": "course-v1:edX+DemoX+2026", "price": "0.05",
            "plan": "no-id-professional", "account": "340282366920938463463374607431768211455",
        })
    );
    let contact = json!({"email": "ada@example.com", "verified": true});
    assert_eq!(
        round_trip(&samples::collections()),
        json!({
            "numbers": [1, -1, i64::MAX], "grid": [[[true], []], []], "contacts": [contact], "scores": {"a": -0.0, "b": 0.5},
            "labels": {"z": "1", "ä": "2", "a": "3"}, "groups": {"all": [contact, contact], "none": []},
            "matrix": {"row": {"column": 7}}, "plans": ["audit", "honor"], "accounts": {"bank": "7"},
        })
    );
    assert_eq!(
        round_trip(&samples::all_optionals()),
        json!({
            "flag": false, "octet": 0, "ratio": 0.0, "text": "", "blob": "", "at": "2024-02-29T09:30:00.000250+00:00",
            "numbers": [], "labels": {}, "contact": contact, "price": "0.00",
            "plan": "", "account": "0",
        })
    );
    let nothing = round_trip(&samples::no_optionals());
    assert!(nothing.as_object().unwrap().values().all(Value::is_null));
    assert_eq!(nothing.as_object().unwrap().len(), 12, "missing values are null");
    round_trip(&samples::article_added());
    round_trip(&samples::sample_taken());
}

#[test]
fn json_keys_are_in_the_order_of_the_fields_and_map_keys_sorted() {
    assert_eq!(
        serde_json::to_string(&samples::contact()).unwrap(),
        r#"{"email":"ada@example.com","verified":true}"#
    );
    let text = serde_json::to_string(&samples::collections()).unwrap();
    assert!(text.contains(r#""labels":{"a":"3","z":"1","ä":"2"}"#), "{text}");
}

#[test]
fn keys_with_a_default_may_be_missing_in_json() {
    let article: Article = serde_json::from_str(r#"{"title": "Notes", "price": "12.50"}"#).unwrap();
    assert_eq!(article, samples::article());
    assert_eq!(serde_json::from_str::<Optionals>("{}").unwrap(), samples::no_optionals());
    let event: ArticleAdded =
        serde_json::from_str(r#"{"article": {"price": "12.50", "title": "Notes"}}"#).unwrap();
    assert_eq!(event, samples::article_added());
}

#[test]
fn missing_unknown_and_repeated_keys_are_errors_that_name_them() {
    let error = |json: &str| serde_json::from_str::<Article>(json).unwrap_err().to_string();
    assert!(error(r#"{"title": "x"}"#).starts_with("missing field `price`"));
    assert!(error(r#"{"price": "1.00"}"#).starts_with("missing field `title`"));
    let unknown = error(r#"{"title": "x", "price": "1.00", "colour": "red"}"#);
    assert!(
        unknown.starts_with(
            "unknown field `colour`, expected one of `title`, `price`, `count`, `tags`, `maker`, `section`"
        ),
        "{unknown}"
    );
    assert!(error(r#"{"title": "x", "price": "1.00", "title": "y"}"#).starts_with("duplicate field `title`"));
    assert!(
        error(r#"{"title": "x", "price": "1.00", "maker": null, "maker": null}"#)
            .starts_with("duplicate field `maker`")
    );
    assert!(
        error(r#"{"title": "x", "price": "1.00", "count": 1, "count": 1}"#)
            .starts_with("duplicate field `count`")
    );
    assert!(
        error(r#"{"title": null, "price": "1.00"}"#).starts_with("invalid type: null, expected a string")
    );
    assert!(
        error(r#"["x", "1.00"]"#).starts_with("invalid type: sequence, expected the fields of `Article`")
    );
}

#[test]
fn null_is_for_options_only() {
    for key in ["flag", "long", "ratio", "text", "blob"] {
        let mut json = serde_json::to_value(samples::scalars()).unwrap();
        json[key] = Value::Null;
        assert!(serde_json::from_value::<Scalars>(json).is_err(), "{key}");
    }
    for key in ["numbers", "scores", "labels"] {
        let mut json = serde_json::to_value(samples::collections()).unwrap();
        json[key] = Value::Null;
        assert!(serde_json::from_value::<Collections>(json).is_err(), "{key}");
    }
    let error = serde_json::from_value::<Texts>(json!({"at": null, "uuid": "", "course": "", "price": ""}))
        .unwrap_err();
    assert!(error.to_string().contains("null"), "{error}");
}

#[test]
fn floats_that_are_not_finite_are_strings_in_json() {
    let event = |ratio: f64| ThingMeasured { ratio, blob: Bytes::new(), series: vec![ratio] };
    for (value, text) in [(f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity"), (f64::NAN, "NaN")] {
        let json = serde_json::to_value(event(value)).unwrap();
        assert_eq!(json, json!({"ratio": text, "blob": "", "series": [text]}));
        let back: ThingMeasured = serde_json::from_value(json).unwrap();
        assert_eq!((back.ratio.is_nan(), back.series[0].is_nan()), (value.is_nan(), value.is_nan()));
        assert!(value.is_nan() || back == event(value));
    }
    for text in [
        "\"nan\"",
        "\"inf\"",
        "\"1.5\"",
        "\"+Infinity\"",
        "true",
        "null",
        "[]",
        "NaN",
        "1e999",
        r#"{"a": "1.5"}"#,
        "{}",
    ] {
        let json = format!(r#"{{"ratio": {text}, "blob": "", "series": []}}"#);
        assert!(serde_json::from_str::<ThingMeasured>(&json).is_err(), "{text}");
    }
    // The form of numbers if a crate enables serde_json's `arbitrary_precision`.
    let number = |digits: &str| json!({"$serde_json::private::Number": digits});
    let json = |ratio: Value| json!({"ratio": ratio, "blob": "", "series": []});
    let event: ThingMeasured = serde_json::from_value(json(number("1.5"))).unwrap();
    assert_eq!(event.ratio.to_bits(), 1.5_f64.to_bits());
    for digits in ["1e999", "NaN", "one"] {
        assert!(serde_json::from_value::<ThingMeasured>(json(number(digits))).is_err(), "{digits}");
    }
}

#[test]
fn floats_keep_every_bit_in_json() {
    let long_texts = [
        0.1,
        1.0 / 3.0,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        -0.0,
        1e21,
        123_456_789.012_345_67,
        2f64.powi(-1022) / 3.0,
    ];
    for ratio in long_texts {
        let json =
            serde_json::to_string(&ThingMeasured { ratio, blob: Bytes::new(), series: vec![] }).unwrap();
        let back: ThingMeasured = serde_json::from_str(&json).unwrap();
        assert_eq!(back.ratio.to_bits(), ratio.to_bits(), "{json}");
    }
    // Numbers with more digits than a float must be rounded correctly.
    for text in [
        "0.1000000000000000055511151231257827",
        "8.988465674311580e307",
        "9007199254740993",
        "1.00000000000000011102230246251565404236316680908203126",
        "4.35584497125396e-308",
        "36893488147419103232",
    ] {
        let json = format!(r#"{{"ratio": {text}, "blob": "", "series": []}}"#);
        let back: ThingMeasured = serde_json::from_str(&json).unwrap();
        assert_eq!(back.ratio.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }
}

#[test]
fn integers_are_accepted_as_floats() {
    for text in ["3", "-3", "0", "18446744073709551615", "-9223372036854775808", "1e3"] {
        let json = format!(r#"{{"ratio": {text}, "blob": "", "series": [{text}]}}"#);
        let event: ThingMeasured = serde_json::from_str(&json).unwrap();
        let expected: f64 = text.parse().unwrap();
        assert_eq!(event.series[0].to_bits(), expected.to_bits(), "{text}");
    }
}

#[test]
fn bytes_are_code_points_in_json() {
    let all: Vec<u8> = (0..=255).collect();
    let event = ThingMeasured { ratio: 0.0, blob: all.into(), series: vec![] };
    let json = serde_json::to_value(&event).unwrap();
    let text = json["blob"].as_str().unwrap();
    assert!(text.chars().map(u32::from).eq(0..=255));
    assert_eq!(serde_json::from_value::<ThingMeasured>(json).unwrap(), event);
    let error =
        serde_json::from_value::<ThingMeasured>(json!({"ratio": 0, "blob": "aĀ", "series": []})).unwrap_err();
    assert_eq!(error.to_string(), "bytes must be a string of characters up to U+00FF");
    assert!(serde_json::from_value::<ThingMeasured>(json!({"ratio": 0, "blob": [1], "series": []})).is_err());
}

#[test]
fn integers_have_the_range_of_their_type_in_json() {
    for (key, low, high) in [
        ("long", i64::MIN, i64::MAX),
        ("int", i32::MIN.into(), i32::MAX.into()),
        ("short", i16::MIN.into(), i16::MAX.into()),
        ("tiny", i8::MIN.into(), i8::MAX.into()),
        ("unsigned", 0, u32::MAX.into()),
        ("port", 0, u16::MAX.into()),
        ("octet", 0, u8::MAX.into()),
    ] {
        let with = |number: Value| {
            let mut json = serde_json::to_value(samples::scalars()).unwrap();
            json[key] = number;
            serde_json::from_value::<Scalars>(json)
        };
        for number in [low, high] {
            let bytes = codec::encode(&samples_with(with(json!(number)).unwrap()));
            assert_eq!(codec::decode::<SampleTaken>(&bytes).unwrap().scalars, with(json!(number)).unwrap());
        }
        for beyond in [i128::from(low) - 1, i128::from(high) + 1] {
            assert!(with(beyond.to_string().parse().unwrap()).is_err(), "{key}");
        }
        for other in [json!(1.0), json!("1"), json!(true), json!([1])] {
            assert!(with(other).is_err(), "{key}");
        }
    }
}

fn samples_with(scalars: Scalars) -> SampleTaken {
    SampleTaken { scalars, ..samples::sample_taken() }
}

#[test]
fn uuids_are_read_as_python_reads_them() {
    let uuid = samples::texts().uuid;
    let plain = uuid.simple().to_string();
    let hyphens = uuid.to_string();
    // The UUID starts with a zero. Python parses the digits with `int(…, 16)`.
    let number = &plain[1..];
    for text in [
        &plain,
        &hyphens,
        &hyphens.to_uppercase(),
        &format!("urn:uuid:{hyphens}"),
        &format!("{{{hyphens}}}"),
        &plain.replace('3', "٣"),
        &format!("+{number}"),
        &format!(" {number}"),
        &format!("{number}\n"),
        &format!("{}_{}", &number[..7], &number[7..]),
    ] {
        let mut json = serde_json::to_value(samples::texts()).unwrap();
        json["uuid"] = json!(text);
        assert_eq!(serde_json::from_value::<Texts>(json).unwrap().uuid, uuid, "{text}");
    }
    let odd = [format!("{number}_"), format!("_{number}"), format!("+{plain}"), plain.replace('3', "²")];
    let more = ["", "0123", number, "0x", "0x______________________________", &plain.replace('0', "g")];
    for text in odd.iter().map(String::as_str).chain(more) {
        let mut json = serde_json::to_value(samples::texts()).unwrap();
        json["uuid"] = json!(text);
        let error = serde_json::from_value::<Texts>(json).unwrap_err();
        assert_eq!(error.to_string(), "`uuid`: a UUID must have 32 hexadecimal digits");
    }
}

#[test]
fn a_custom_type_is_its_representation() {
    let price = Price { cents: 1999 };
    assert_eq!(price.to_repr(), "19.99");
    assert_eq!(Price::from_repr("19.99".to_owned()).unwrap(), price);
    let article: Article = serde_json::from_str(r#"{"title": "x", "price": "19.99"}"#).unwrap();
    assert_eq!(article.price, price);
    for (text, reason) in [
        ("1999", "`price`: a price has a decimal point"),
        ("1.9", "`price`: a price has two decimals"),
        ("x.99", "`price`: invalid digit found in string"),
    ] {
        let json = format!(r#"{{"title": "x", "price": "{text}"}}"#);
        let error = serde_json::from_str::<Article>(&json).unwrap_err();
        assert!(error.to_string().starts_with(reason), "{error}");
    }
}

#[test]
fn both_kinds_of_map_are_written_sorted() {
    /// An event with both kinds of maps.
    #[event(type = "com.example.learning.maps.drawn.v1")]
    struct MapsDrawn {
        /// Sorted in memory.
        tree: BTreeMap<String, u8>,
        /// Unsorted in memory.
        hash: HashMap<String, u8>,
    }

    let keys = ["zebra", "", "ä", "a\u{10ffff}", "Z", "a", "\u{ffff}", "\u{10000}"];
    let event = MapsDrawn {
        tree: keys.iter().map(|key| ((*key).to_owned(), 1)).collect(),
        hash: keys.iter().map(|key| ((*key).to_owned(), 1)).collect(),
    };
    let bytes = codec::encode(&event);
    let (tree, hash) = bytes.split_at(bytes.len() / 2);
    assert_eq!(tree, hash);
    let mut sorted = keys;
    sorted.sort_by(|left, right| left.chars().cmp(right.chars()));
    let json = serde_json::to_string(&event).unwrap();
    let places: Vec<_> = sorted.iter().map(|key| json.rfind(&format!("{}:1", json!(key))).unwrap()).collect();
    assert!(places.is_sorted(), "{json}");
}
