use openedx_events_tests::golden;
use serde_json::{Value, json};

use crate::feed;

/// Returns the requests of `golden/opaque_keys.json` with their answers; invalid keys have none.
fn cases() -> Vec<(Value, Option<Value>)> {
    let golden = golden::opaque_keys();
    let mut cases = Vec::new();
    for (class, of_class) in golden.as_object().unwrap() {
        let request = |key: &Value| json!({"class": class, "key": key});
        for valid in of_class["valid"].as_array().unwrap() {
            let canonical = valid.get("canonical").unwrap_or(&valid["input"]);
            let answer = json!({"class": valid["class"], "canonical": canonical, "parts": valid["parts"]});
            cases.push((request(&valid["input"]), Some(answer)));
        }
        let invalid = of_class["invalid"].as_array().unwrap();
        cases.extend(invalid.iter().map(|key| (request(key), None)));
    }
    cases
}

#[test]
fn keys_are_parsed_as_in_python() {
    let cases = cases();
    assert!(cases.len() > 1500, "{}", cases.len());
    let requests: Vec<String> = cases.iter().map(|(request, _)| request.to_string()).collect();
    let ran = feed(&["parse-keys"], requests.join("\n"));
    let answers = ran.json_lines();
    assert_eq!(answers.len(), cases.len());
    for ((request, expected), answer) in cases.iter().zip(&answers) {
        match expected {
            Some(expected) => assert_eq!(answer, expected, "{request}"),
            None => {
                let error = answer["error"].as_str();
                assert!(error.is_some_and(|error| error.starts_with("invalid ")), "{request}: {answer}");
                assert_eq!(answer.as_object().unwrap().len(), 1, "{request}: {answer}");
            }
        }
    }
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

#[test]
fn parts_are_in_the_order_of_python() {
    let ran = feed(&["parse_keys"], r#"{"class": "UsageKey", "key": "lib-block-v1:o+l+type@html+block@b"}"#);
    assert_eq!(
        ran.stdout,
        "{\"class\":\"LibraryUsageLocator\",\"canonical\":\"lib-block-v1:o+l+type@html+block@b\",\"parts\":\
         {\"library_key\":{\"class\":\"LibraryLocator\",\"parts\":{\"org\":\"o\",\"library\":\"l\",\"branch\":null,\
         \"version_guid\":null}},\"block_type\":\"html\",\"block_id\":\"b\"}}\n"
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn errors_contain_the_line_number() {
    let ran = feed(
        &["parse-keys"],
        "{\"class\": \"CourseKey\", \"key\": \"a/b/c\"}\n{\"class\": \"Course\", \"key\": \"a/b/c\"}\n{\"key\": \"a/b/c\"}\n",
    );
    let answers = ran.json_lines();
    assert_eq!(answers[0]["canonical"], "a/b/c");
    assert!(
        answers[1]["error"].as_str().unwrap().starts_with("unknown `class`, expected one of `CourseKey`, ")
    );
    assert_eq!(answers[1]["line"], 2);
    assert_eq!(answers[2], json!({"error": "column 16: missing field `class`", "line": 3}));
    assert_eq!(ran.code, 1);
}
