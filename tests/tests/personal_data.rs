//! The personal data of the catalogue's events, which `Debug` must not show.

use std::collections::{BTreeMap, BTreeSet};

use openedx_events::{
    Bytes, EventDefinition,
    content_authoring::{
        data::{CertificateConfigData, CertificateSignatoryData},
        signals::{COURSE_CERTIFICATE_CONFIG_CHANGED, CourseCertificateConfigChanged},
    },
    registry,
};
use openedx_events_tests::{NUMBER_DRAWN, SAMPLE_TAKEN};
use serde_json::Value;

/// All personal data of the catalogue, as `Class.field`, or as `CONSTANT.data_key` for data without a wire form.
const PERSONAL: &[&str] = &[
    "COURSE_CERTIFICATE_CONFIG_CHANGED.certificate_config",
    "COURSE_CERTIFICATE_CONFIG_DELETED.certificate_config",
    "CcxCourseData.coach_email",
    "CertificateData.download_url",
    "CertificateData.name",
    "CourseNotificationData.content_context",
    "DiscussionThreadData.body",
    "DiscussionThreadData.title",
    "ExternalGraderScoreData.score_msg",
    "LtiProviderLaunchParamsData.extra_params",
    "LtiProviderLaunchParamsData.user_id",
    "ORASubmissionAnswer.file_descriptions",
    "ORASubmissionAnswer.file_keys",
    "ORASubmissionAnswer.file_names",
    "ORASubmissionAnswer.file_sizes",
    "ORASubmissionAnswer.file_urls",
    "ORASubmissionAnswer.parts",
    "ProgramCertificateData.url",
    "RoleAssignmentData.subject",
    "TrackingLogData.context",
    "TrackingLogData.data",
    "UserNotificationData.context",
    "UserPersonalData.email",
    "UserPersonalData.name",
    "UserPersonalData.username",
    "VerificationAttemptData.name",
];

#[test]
fn the_catalogue_marks_personal_data() {
    let events = registry::events().filter(|event| event.event_type().starts_with("org.openedx."));
    let found: BTreeSet<String> =
        events.flat_map(|event| event.personal_data().into_iter().map(|path| place(event, &path))).collect();
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), PERSONAL);
}

/// Converts `enrollment.user.pii.email` to `UserPersonalData.email`.
fn place(event: &EventDefinition, path: &str) -> String {
    let Some((way, field)) = path.rsplit_once('.') else {
        return format!("{}.{path}", event.name());
    };
    let schema: Value = serde_json::from_str(&event.schema_string().unwrap()).unwrap();
    let mut records = BTreeMap::new();
    collect_records(&schema, &mut records);
    let mut record = "CloudEvent";
    for name in way.split('.') {
        let name = name.trim_end_matches("[]");
        let field = records[record].iter().find(|field| field["name"] == name).unwrap();
        record = record_of(&field["type"]);
    }
    format!("{record}.{field}")
}

/// Collects the fields of each record in a schema, by name.
fn collect_records<'a>(schema: &'a Value, records: &mut BTreeMap<&'a str, &'a [Value]>) {
    if schema["type"] == "record" {
        let name = schema["name"].as_str().unwrap();
        records.insert(name, schema["fields"].as_array().unwrap());
    }
    match schema {
        Value::Array(parts) => parts.iter().for_each(|part| collect_records(part, records)),
        Value::Object(parts) => parts.values().for_each(|part| collect_records(part, records)),
        _ => {}
    }
}

/// Returns the name of the record in a type, which may be nested in an array, a map or a union.
fn record_of(schema: &Value) -> &str {
    match schema {
        Value::String(name) => name,
        Value::Array(union) => record_of(&union[1]),
        schema if schema["type"] == "array" => record_of(&schema["items"]),
        schema if schema["type"] == "map" => record_of(&schema["values"]),
        schema => schema["name"].as_str().unwrap(),
    }
}

#[test]
fn paths_lead_through_lists_maps_and_options() {
    assert_eq!(
        SAMPLE_TAKEN.definition().personal_data(),
        ["collections.contacts[].email", "collections.groups[][].email", "optionals.contact.email", "taker"]
    );
    assert_eq!(NUMBER_DRAWN.definition().personal_data(), [""; 0]);
}

#[test]
fn signatories_of_certificates_are_not_shown() {
    let signatory = CertificateSignatoryData {
        image: Bytes::from_static(b"signed by Ada"),
        name: "Ada Lovelace".to_owned(),
        organization: "Adax".to_owned(),
        title: "Countess of Adax".to_owned(),
    };
    let config = CertificateConfigData {
        certificate_type: "verified".to_owned(),
        course_key: "course-v1:edX+DemoX+Demo".parse().unwrap(),
        title: "Certificate of Achievement".to_owned(),
        signatories: vec![signatory],
        is_active: true,
    };
    assert_eq!(
        format!("{config:?}"),
        "CertificateConfigData { certificate_type: \"verified\", course_key: CourseKey(\"course-v1:edX+DemoX+Demo\"), \
         title: \"Certificate of Achievement\", signatories: [CertificateSignatoryData { .. }], is_active: true }"
    );
    let event = CourseCertificateConfigChanged { certificate_config: config };
    assert_eq!(format!("{event:?}"), "CourseCertificateConfigChanged { .. }");
    // Receivers can read the images.
    let _connection = COURSE_CERTIFICATE_CONFIG_CHANGED.connect(|event, _| {
        assert_eq!(&*event.certificate_config.signatories[0].image, b"signed by Ada");
    });
    let responses = COURSE_CERTIFICATE_CONFIG_CHANGED.send_event(event);
    assert_eq!((responses.len(), responses.all_ok()), (1, true));
}
