use std::fs;

use openedx_events_tests::golden::{self, Vector};
use serde_json::{Value, json};

use crate::{Folder, feed};

const ADA: &str =
    r#"{"user":{"id":7,"is_active":true,"pii":{"username":"ada","email":"ada@example.com","name":"Ada"}}}"#;
const ADA_HEX: &str = "0e01066164611e616461406578616d706c652e636f6d06416461";
const REGISTERED: &str = "org.openedx.learning.student.registration.completed.v1";

fn encode_line(data: &str) -> String {
    [r#"{"event_type":""#, REGISTERED, r#"","data":"#, data, "}"].concat()
}

fn decode_line(hex: &str) -> String {
    [r#"{"event_type":""#, REGISTERED, r#"","avro_hex":""#, hex, r#""}"#].concat()
}

#[test]
fn vectors_of_python_are_encoded_and_decoded() {
    let vectors = golden::all_vectors();
    let lines = |line: fn(&Vector) -> Value| vectors.iter().map(line).collect::<Vec<Value>>();
    let text = |lines: &[Value]| lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");

    let encoded = feed(
        &["encode"],
        text(&lines(|vector| json!({"event_type": vector.event.event_type(), "data": vector.data}))),
    );
    let bytes = lines(|vector| {
        let hex: Vec<String> = vector.avro.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"event_type": vector.event.event_type(), "avro_hex": hex.concat()})
    });
    assert!(encoded.json_lines() == bytes);
    assert_eq!((encoded.code, encoded.stderr.as_str()), (0, ""));

    // Our JSON, which `golden.rs` compares with Python's.
    let data = lines(|vector| {
        let data = vector.event.decode_to_json(&vector.avro).unwrap();
        json!({"event_type": vector.event.event_type(), "data": serde_json::from_str::<Value>(&data).unwrap()})
    });
    let decoded = feed(&["decode"], encoded.stdout);
    assert!(decoded.json_lines() == data);
    assert_eq!((decoded.code, decoded.stderr.as_str()), (0, ""));
}

#[test]
fn lines_are_compact_with_ordered_keys() {
    assert_eq!(feed(&["encode"], encode_line(ADA)).stdout, decode_line(ADA_HEX) + "\n");
    assert_eq!(feed(&["decode"], decode_line(ADA_HEX)).stdout, encode_line(ADA) + "\n");
    assert_eq!(feed(&["decode"], decode_line(&ADA_HEX.to_uppercase())).stdout, encode_line(ADA) + "\n");
}

#[test]
fn bytes_of_former_releases_are_decoded() {
    const PUBLISHED: &str = "org.openedx.content_authoring.xblock.published.v1";
    let hex = "48626c6f636b2d76313a6f2b632b722b747970654068746d6c2b626c6f636b40756e6974310868746d6c";
    let line = |sourcelib: Value| {
        json!({"event_type": PUBLISHED, "avro_hex": hex, "sourcelib": sourcelib}).to_string()
    };
    let ran = feed(&["decode"], [line(json!([8, 2, 0])), line(Value::Null)].join("\n"));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let info =
        json!({"usage_key": "block-v1:o+c+r+type@html+block@unit1", "block_type": "html", "version": null});
    let [former, today] = &ran.json_lines()[..] else { panic!("two answers: {}", ran.stdout) };
    assert_eq!(former["data"], json!({"xblock_info": info}));
    assert_eq!(today["line"], 2);
}

/// Lines may name an event by its constant, as arguments do.
#[test]
fn constants_are_accepted() {
    let line = encode_line(ADA).replace(REGISTERED, "STUDENT_REGISTRATION_COMPLETED");
    assert_eq!(feed(&["encode"], line).stdout, decode_line(ADA_HEX) + "\n");
    let line = decode_line(ADA_HEX).replace(REGISTERED, "STUDENT_REGISTRATION_COMPLETED");
    assert_eq!(feed(&["decode"], line).stdout, encode_line(ADA) + "\n");
    let ran = feed(&["encode"], encode_line(ADA).replace(REGISTERED, "STUDENT_REGISTRATION_COMPLETE"));
    let error = "this program has no event `STUDENT_REGISTRATION_COMPLETE`; did you mean `STUDENT_REGISTRATION_COMPLETED`?";
    assert_eq!(ran.json_lines(), [json!({"error": error, "line": 1})]);
}

#[test]
fn an_invalid_line_is_answered_in_order() {
    let good = encode_line(ADA);
    let input = [&good, "{", "", &good, "[1]", &good].join("\n");
    let ran = feed(&["encode"], input);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let answers: Vec<&str> = ran.stdout.lines().collect();
    let good = decode_line(ADA_HEX);
    assert_eq!(
        answers,
        [
            good.as_str(),
            r#"{"error":"column 1: EOF while parsing an object","line":2}"#,
            r#"{"error":"the line is blank","line":3}"#,
            good.as_str(),
            r#"{"error":"the line is not a JSON object","line":5}"#,
            good.as_str(),
        ]
    );
}

/// Returns the error for a single line.
fn error_of(command: &str, line: impl AsRef<[u8]>) -> String {
    let ran = feed(&[command], line);
    let [answer] = &ran.json_lines()[..] else { panic!("{}", ran.stdout) };
    assert_eq!((ran.code, &answer["line"]), (1, &json!(1)), "{answer}");
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    answer["error"].as_str().unwrap().to_owned()
}

#[test]
fn errors_of_encode_have_a_position() {
    let error = |line: &str| error_of("encode", line);
    assert_eq!(
        error(r#"{"event_type": "a.b.c.d.v1", "data": {}}"#),
        "this program has no event `a.b.c.d.v1`; a crate's events are only linked if the program mentions the crate; `list` prints the \
         events of this program"
    );
    assert_eq!(error(r#"{"data": {}}"#), "column 12: missing field `event_type`");
    assert_eq!(error(r#"{"event_type": "x"}"#), "column 19: missing field `data`");
    assert_eq!(
        error(r#"{"event_type": "x", "event_type": "x", "data": {}}"#),
        "column 32: duplicate field `event_type`"
    );
    assert_eq!(
        error(r#"{"event_type": 5, "data": {}}"#),
        "column 16: invalid type: integer, expected a string"
    );

    // The position is in the line, not in the data.
    let wrong = encode_line(&ADA.replace('7', "\"ada@example.com\""));
    let end_of_value = wrong.find("com\",").unwrap() + "com\"".len();
    assert_eq!(
        error(&wrong),
        format!("`data.user.id` at column {end_of_value}: invalid type: string, expected i64")
    );
    assert!(error(&encode_line("[]")).starts_with("`data` at column "));
    assert!(error(&encode_line(r#"{"user":null,"user":null}"#)).starts_with("`data.user` at column "));
    let twice = ADA.replace("\"id\":7", "\"id\":7,\"id\":8");
    assert!(error(&encode_line(&twice)).ends_with("duplicate field `id`"));
    let unknown = ADA.replace("\"id\":7", "\"id\":7,\"nickname\":8");
    assert!(error(&encode_line(&unknown)).contains("unknown field"));
}

#[test]
fn errors_of_decode_have_a_position() {
    let error = |hex: &str| error_of("decode", decode_line(hex));
    assert_eq!(error("0e0"), "`avro_hex` has an odd number of digits");
    assert_eq!(error("0e0g"), "`avro_hex` has a character that is not a hexadecimal digit (byte 3)");
    assert_eq!(error("0eé"), "`avro_hex` has a character that is not a hexadecimal digit (byte 2)");
    assert_eq!(
        error("0e02"),
        "`user.is_active` at byte 1: expected a boolean, but the byte is 0x02, neither 0 nor 1"
    );
    assert!(error("").contains("the input ends"));
    assert_eq!(
        error_of("decode", format!(r#"{{"event_type":"{REGISTERED}","avro_hex":14}}"#)),
        "column 84: invalid type: integer, expected a string"
    );
}

#[test]
fn local_only_events_are_refused_with_their_reason() {
    for (event_type, reason) in [
        ("com.example.library.door.opened.v1", "its time has no meaning in other processes"),
        ("com.example.library.door.closed.v1", "only relevant in this process"),
    ] {
        let expected = format!("event `{event_type}` stays in its process: {reason}");
        let line = json!({"event_type": event_type, "data": {}}).to_string();
        assert_eq!(error_of("encode", line), expected);
        let line = json!({"event_type": event_type, "avro_hex": ""}).to_string();
        assert_eq!(error_of("decode", line), expected);
    }
}

#[test]
fn a_line_that_is_not_utf_8() {
    let mut line = encode_line(ADA).into_bytes();
    line[10] = 0xff;
    assert_eq!(error_of("encode", line), "the line is not UTF-8 (byte 10)");
}

#[test]
fn unusual_but_valid_lines() {
    let line = encode_line(ADA);
    let answer = decode_line(ADA_HEX);
    for (input, answers) in [
        (line.clone(), 1),
        (format!("{line}\r\n{line}\r\n"), 2),
        (format!("\u{feff}{line}\n"), 1),
        (format!("  \t{line} \n"), 1),
        (line.replace("{\"event_type\"", "{\"id\": [1], \"metadata\": {\"x\": null}, \"event_type\""), 1),
        (line.replace("student", "\\u0073tudent"), 1),
    ] {
        let ran = feed(&["encode"], &input);
        assert_eq!(ran.stdout, format!("{answer}\n").repeat(answers), "{input}");
        assert_eq!(ran.code, 0, "{input}");
    }
}

#[test]
fn values_never_break_a_line() {
    let line = encode_line(&ADA.replace("Ada", r"a\nb\u0085c\u2028d\u2029e\u001cf é 🎓"));
    let encoded = feed(&["encode"], line);
    let decoded = feed(&["decode"], encoded.stdout);
    assert_eq!(decoded.code, 0);
    // All characters that end a line for Python's `splitlines`.
    let breaks = ['\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\r'];
    assert!(!decoded.stdout.contains(breaks), "{}", decoded.stdout);
    assert!(decoded.stdout.contains("é 🎓"), "{}", decoded.stdout);
    let [answer] = &decoded.json_lines()[..] else { panic!("{}", decoded.stdout) };
    assert_eq!(answer["data"]["user"]["pii"]["name"], "a\nb\u{85}c\u{2028}d\u{2029}e\u{1c}f é 🎓");
}

/// Python's `json` writes these words for floats, though they are not JSON.
#[test]
fn bare_numbers_of_python_must_be_quoted() {
    let bare = |word: &str| {
        let event = "org.openedx.learning.course.persistent_grade_summary.changed.v1";
        [r#"{"event_type":""#, event, r#"","data":{"grade":{"percent_grade":"#, word, "}}}"].concat()
    };
    for word in ["NaN", "Infinity", "-Infinity"] {
        let answer = &feed(&["encode"], bare(word)).json_lines()[0];
        let column = answer["error"].as_str().unwrap();
        assert!(
            column.ends_with(&format!(": `{word}` is not JSON: write `\"{word}\"`, with quotes")),
            "{answer}"
        );
    }
    let answer = &feed(&["encode"], bare("Nan")).json_lines()[0];
    assert!(answer["error"].as_str().unwrap().contains("expected value"), "{answer}");
}

#[test]
fn minus_zero_is_zero() {
    let data = ADA.replace(r#""id":7"#, r#""id":-0"#);
    let hex = ADA_HEX.replacen("0e", "00", 1);
    assert_eq!(feed(&["encode"], encode_line(&data)).stdout, decode_line(&hex) + "\n");
    for float in ["0.0", "-0.5", "1e0"] {
        let ran = feed(&["encode"], encode_line(&ADA.replace(r#""id":7"#, &format!(r#""id":{float}"#))));
        assert!(ran.stdout.contains("expected i64"), "{float}: {}", ran.stdout);
    }
}

#[test]
fn bytes_of_another_schema_are_read_with_it() {
    let folder = Folder::new();
    let schema = folder.path("schema.avsc");
    // The schema of a release in which `pii` came last and lacked `name`.
    let user = r#"{"type": "record", "name": "CloudEvent", "fields": [{"name": "user", "type": {"type": "record", "name": "UserData",
        "fields": [{"name": "pii", "type": {"type": "record", "name": "UserPersonalData", "fields": [
            {"name": "name", "type": "string"}, {"name": "username", "type": "string"}, {"name": "email", "type": "string"}]}},
            {"name": "is_active", "type": "boolean"}, {"name": "id", "type": "int"}]}}]}"#;
    fs::write(&schema, user).unwrap();
    let arguments = ["decode", "--writer-schema", schema.to_str().unwrap()];
    let lines = [
        decode_line("06416461066164611e616461406578616d706c652e636f6d010e"),
        decode_line("0641"),
        r#"{"event_type": "org.openedx.learning.course.enrollment.created.v1", "avro_hex": ""}"#.to_owned(),
    ];
    let ran = feed(&arguments, lines.join("\n"));
    let expected = [
        encode_line(ADA),
        r#"{"error":"`user` at byte 0: expected bytes, but the input ends","line":2}"#.to_owned(),
        r#"{"error":"the writer's schema does not fit the event: `enrollment`: the writer does not have it, and it has no default","line":3}"#.to_owned(),
    ];
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));

    fs::write(&schema, r#"{"type": "record"}"#).unwrap();
    let ran = feed(&arguments, "");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, format!("error: {}: `name`: expected a name\n", schema.display()));
    assert_eq!(feed(&["decode", "--writer-schema", "missing.avsc"], "").code, 2);
}
