//! Types that are strings on the wire: enums, and structs with `#[payload(text)]`.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashSet},
};

use openedx_events::{
    AvroType, codec,
    learning::data::{CourseData, UserData},
    prelude::*,
};
use openedx_events_tests::{
    Account, Plan,
    allocation::{Counting, Memory, measure},
    golden::{self, Vector},
};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A person's answer.
#[payload(pii)]
pub enum Answer {
    /// Yes.
    Yes,
    /// Anything else.
    #[payload(other)]
    Other(String),
}

/// A secret, whose error repeats what it read.
#[derive(Debug, Clone, PartialEq)]
pub struct Secret(u8);

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::str::FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("`{text}`: {error}"))
    }
}

/// A secret as a string.
#[payload(text, pii)]
pub struct SecretText(pub Secret);

/// The same without the mark.
#[payload(text)]
pub struct OpenText(pub Secret);

/// A form.
#[payload]
pub struct FormData {
    /// A personal answer.
    pub answer: Answer,
    /// More of them.
    pub answers: BTreeMap<String, Vec<Answer>>,
    /// A personal value that may be missing.
    pub secret: Option<SecretText>,
    /// A value that is not personal.
    pub open: Vec<OpenText>,
    /// The field decides.
    #[payload(pii)]
    pub plan: Plan,
    /// The default of the type.
    #[payload(default)]
    pub usual: Plan,
    /// Another default.
    #[payload(default = Plan::Verified)]
    pub later: Plan,
}

/// Sent when a form was sent.
#[event(type = "com.example.learning.form.received.v1", key = form.usual)]
pub struct FormReceived {
    /// The form.
    pub form: FormData,
}

/// Sent when a plan was chosen.
#[event(type = "com.example.learning.plan.chosen.v1")]
pub struct PlanChosen {
    /// The plan.
    pub plan: Plan,
}

fn form() -> FormData {
    FormData::builder()
        .answer(Answer::Yes)
        .answers([("a".to_owned(), vec![Answer::from("perhaps")])].into())
        .secret(SecretText(Secret(7)))
        .open(vec![OpenText(Secret(8))])
        .plan(Plan::NoIdProfessional)
        .build()
}

#[test]
fn a_text_leads_to_its_variant_and_back() {
    for (plan, text) in [
        (Plan::Audit, "audit"),
        (Plan::Verified, "verified"),
        (Plan::NoIdProfessional, "no-id-professional"),
        (Plan::Other("honor".to_owned()), "honor"),
        (Plan::Other(String::new()), ""),
        (Plan::Other("Audit".to_owned()), "Audit"),
    ] {
        assert_eq!((plan.as_str(), plan.as_ref(), plan.to_string().as_str()), (text, text, text));
        for read in [
            Plan::from(text),
            Plan::from(text.to_owned()),
            text.parse().unwrap(),
            serde_json::from_value(json!(text)).unwrap(),
            Plan::from_repr(plan.to_repr()).unwrap(),
        ] {
            assert_eq!(read, plan);
            assert_eq!(std::mem::discriminant(&read), std::mem::discriminant(&plan), "{text}");
        }
        assert_eq!(serde_json::to_value(&plan).unwrap(), json!(text));
        assert!(plan == *text && plan == text);
    }
    assert_eq!(format!("{:>7}|{:<7}|", Plan::Audit, Plan::from("honor")), "  audit|honor  |");
    assert!(serde_json::from_value::<Plan>(json!(1)).is_err());
}

#[test]
fn a_catch_all_with_the_text_of_a_variant_is_that_variant() {
    let by_hand = Plan::Other("audit".to_owned());
    assert_eq!(by_hand, Plan::Audit);
    assert_eq!(by_hand.cmp(&Plan::Audit), Ordering::Equal);
    assert_eq!(by_hand.partial_cmp(&Plan::Verified), Some(Ordering::Less));
    assert!(HashSet::from([Plan::Audit]).contains(&by_hand));

    let event = FormReceived { form: form().to_builder().usual(by_hand).build() };
    let read: FormReceived = codec::decode(&codec::encode(&event)).unwrap();
    assert!(matches!(read.form.usual, Plan::Audit));
    assert_eq!(read, event);
}

#[test]
fn values_have_the_order_of_the_variants() {
    let mut plans: Vec<Plan> =
        ["zoo", "verified", "no-id-professional", "honor", "audit"].map(Plan::from).into();
    plans.sort();
    let texts: Vec<&str> = plans.iter().map(Plan::as_str).collect();
    assert_eq!(texts, ["audit", "verified", "no-id-professional", "honor", "zoo"]);
}

#[test]
fn defaults_are_those_of_the_field_or_of_the_type() {
    let form = form();
    assert_eq!((&form.usual, &form.later), (&Plan::Audit, &Plan::Verified));
    let mut json = serde_json::to_value(&form).unwrap();
    json.as_object_mut().unwrap().retain(|name, _| name != "usual" && name != "later");
    assert_eq!(serde_json::from_value::<FormData>(json).unwrap(), form);
}

#[test]
fn the_schema_says_string() {
    let schema: serde_json::Value = serde_json::from_str(&FORM_RECEIVED.schema_string()).unwrap();
    let fields = schema["fields"][0]["type"]["fields"].as_array().unwrap();
    let types: Vec<_> = fields.iter().map(|field| field["type"].clone()).collect();
    let list = json!({"type": "array", "items": "string"});
    assert_eq!(
        types,
        [
            json!("string"),
            json!({"type": "map", "values": list}),
            json!(["null", "string"]),
            list,
            json!("string"),
            json!("string"),
            json!("string"),
        ]
    );
}

#[test]
fn personal_types_are_personal_in_every_field() {
    let printed = format!("{:?}", form());
    assert_eq!(
        printed,
        "FormData { answer: <redacted>, answers: <redacted>, secret: <redacted>, open: [OpenText(Secret(8))], \
         plan: <redacted>, usual: Audit, later: Verified }"
    );
    assert_eq!(
        format!("{:?} {:?}", Answer::Yes, Answer::from("no")),
        "Answer(<redacted>) Answer(<redacted>)"
    );
    assert_eq!(format!("{:?}", SecretText(Secret(7))), "SecretText(<redacted>)");
    assert_eq!(
        FORM_RECEIVED.definition().personal_data(),
        ["form.answer", "form.answers", "form.secret", "form.plan"]
    );
}

#[test]
fn an_error_of_from_str_is_a_decode_error_with_path_and_offset() {
    let bytes = codec::encode(&FormReceived { form: form() });
    let error = |text: &[u8]| {
        let at = bytes.windows(2).position(|pair| pair == text).unwrap();
        let mut bytes = bytes.clone();
        bytes[at + 1] = b'x';
        let error = codec::decode::<FormReceived>(&bytes).unwrap_err();
        assert_eq!(error.offset(), at);
        error
    };
    let open = error(b"\x028");
    assert_eq!((open.field_path().as_str(), open.expected()), ("form.open[0]", "a valid `OpenText`"));
    let reason = "`x`: invalid digit found in string";
    assert!(open.to_string().ends_with(&format!("but the value was refused: {reason}")), "{open}");

    let secret = error(b"\x027");
    assert_eq!(secret.field_path(), "form.secret");
    for text in [secret.to_string(), format!("{secret:?}")] {
        assert!(text.contains("personal data") && !text.contains("`x`"), "{text}");
    }

    let error = serde_json::from_value::<SecretText>(json!("4711")).unwrap_err();
    assert!(!error.to_string().contains("4711"), "{error}");
    let error = serde_json::from_value::<OpenText>(json!("4711")).unwrap_err();
    assert!(error.to_string().contains("4711"), "{error}");
}

#[test]
fn wrapped_values_are_read_and_written_by_the_type_inside() {
    for number in [0, u128::from(u64::MAX) + 1, u128::MAX] {
        let account = Account(number);
        assert_eq!(account.to_string(), number.to_string());
        assert_eq!(account.to_string().parse::<Account>().unwrap(), account);
        assert_eq!(serde_json::from_value::<Account>(json!(number.to_string())).unwrap(), account);
        assert_eq!(serde_json::to_value(account).unwrap(), json!(number.to_string()));
    }
    for wrong in ["", "-1", "340282366920938463463374607431768211456"] {
        assert!(wrong.parse::<Account>().is_err(), "{wrong}");
    }
}

/// Modes that Python's data has.
#[payload]
pub enum Mode {
    /// One word.
    Learner,
    /// Two words.
    #[payload(text = "week exam")]
    WeekExam,
    /// All others.
    #[payload(other)]
    Other(String),
}

/// An enrollment of Open edX whose mode is an enum.
#[payload]
pub struct EnrollmentData {
    /// The learner.
    pub user: UserData,
    /// The course.
    pub course: CourseData,
    /// The mode, which is a string in Python.
    pub mode: Mode,
    /// Whether it is active.
    pub is_active: bool,
    /// When it was created.
    pub creation_date: DateTime,
    /// Who created it.
    pub created_by: Option<UserData>,
}

/// Sent when an enrollment was read.
#[event(type = "com.example.learning.enrollment.read.v1")]
pub struct EnrollmentRead {
    /// The enrollment.
    pub enrollment: EnrollmentData,
}

#[test]
fn strings_that_python_wrote_survive_a_round_trip() {
    let of_enrollments = |vector: &Vector| vector.data["enrollment"]["mode"].is_string();
    let mut variants = [0; 3];
    for Vector { avro, data, id, .. } in golden::all_vectors().into_iter().filter(of_enrollments) {
        let read: EnrollmentRead = codec::decode(&avro).unwrap();
        let mode = &read.enrollment.mode;
        let variant = match (mode, data["enrollment"]["mode"].as_str().unwrap()) {
            (Mode::Learner, "learner") => 0,
            (Mode::WeekExam, "week exam") => 1,
            (Mode::Other(other), text) if other == text && text != "learner" && text != "week exam" => 2,
            (_, text) => panic!("{id}: {text:?} was read as {mode:?}"),
        };
        variants[variant] += 1;
        assert_eq!(codec::encode(&read), avro, "{id}");
        assert_eq!(serde_json::to_value(&read).unwrap(), data, "{id}");
    }
    assert!(variants.iter().all(|count| *count > 0), "{variants:?}");
}

#[test]
fn the_text_of_a_variant_is_read_without_an_allocation() {
    let bytes = codec::encode(&PlanChosen { plan: Plan::NoIdProfessional });
    let (read, memory) = measure(|| codec::decode::<PlanChosen>(&bytes));
    assert_eq!((read.unwrap().plan, memory), (Plan::NoIdProfessional, Memory::NONE));
}
