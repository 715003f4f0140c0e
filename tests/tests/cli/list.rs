use openedx_events::registry;
use serde_json::{Value, json};

use crate::run;

#[test]
fn json_contains_everything() {
    let ran = run(&["list", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let events: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let event = |constant: &str| events.iter().find(|event| event["constant"] == constant).unwrap();

    let lent = event("BOOK_LENT");
    let line = &lent["line"];
    assert!(line.as_u64().unwrap() > 1);
    assert_eq!(
        *lent,
        json!({
            "event_type": "com.example.library.book.lent.v1",
            "constant": "BOOK_LENT",
            "subdomain": "library",
            "minor_version": 2,
            "data": [
                {"key": "loan", "type": "LoanData"},
                {"key": "previous", "type": "Option<LoanData>"},
                {"key": "shelf", "type": "String"},
            ],
            "key_field": null,
            "repository": "example/library",
            "local_only": null,
            "deprecated": null,
            "description": "Sent when a book has been lent.\n\nNot sent when a loan is extended.",
            "file": "tests/src/bin/service.rs",
            "line": line,
            "receivers": [],
        })
    );
    assert_eq!(event("BOOK_RETURNED")["deprecated"], json!({"since": "2.0", "note": "see `BOOK_LENT`"}));
    assert_eq!(event("BOOK_RETURNED")["key_field"], "loan.copy_id");
    assert_eq!(event("DOOR_OPENED")["local_only"], "its time has no meaning in other processes");

    let receivers = event("COURSE_ENROLLMENT_CREATED")["receivers"].as_array().unwrap();
    let lines = receivers.iter().map(|receiver| receiver["line"].clone()).collect::<Vec<_>>();
    let receiver = |name: &str, line: &Value, order: i32| {
        json!({
            "name": name,
            "module_path": "service",
            "stable_name": format!("service::{name}"),
            "only": null,
            "batch": null,
            "file": "tests/src/bin/service.rs",
            "line": line,
            "order": order,
        })
    };
    assert_eq!(*receivers, [receiver("greet", &lines[0], 0), receiver("reserve_books", &lines[1], 5)]);
}

/// Lists the events of the service and of the catalogue.
const OWN: usize = 4;

fn catalogue() -> usize {
    registry::events().filter(|event| event.event_type().starts_with("org.openedx.")).count()
}

#[test]
fn both_forms_are_complete() {
    let json: Value = serde_json::from_str(&run(&["list", "--json"]).stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), OWN + catalogue());
    assert_eq!(run(&["list"]).stdout.lines().count(), 1 + OWN + catalogue());
}

#[test]
fn the_table_is_aligned() {
    let table = run(&["list"]).stdout;
    let (header, rows) = table.split_once('\n').unwrap();
    for column in ["CONSTANT", "RECEIVERS", "FLAGS", "EVENT TYPE", "KEY"] {
        let start = header.find(column).unwrap();
        for row in rows.lines() {
            assert_eq!(&row[start - 2..start], "  ", "{row}");
            assert_ne!(&row[start..=start], " ", "{row}");
        }
    }
    let cells = |constant: &str| {
        let row = rows.lines().find(|row| row.contains(constant)).unwrap();
        row.split_whitespace().collect::<Vec<_>>()
    };
    assert_eq!(
        cells("BOOK_RETURNED"),
        [
            "library",
            "BOOK_RETURNED",
            "0",
            "deprecated",
            "com.example.library.book.returned.v1",
            "loan.copy_id"
        ]
    );
    assert_eq!(
        cells("DOOR_CLOSED"),
        ["library", "DOOR_CLOSED", "0", "local-only", "com.example.library.door.closed.v1", "-"]
    );
    assert_eq!(cells("COURSE_ENROLLMENT_CREATED")[2], "2");
}

#[test]
fn show_accepts_the_type_or_the_constant() {
    let by_type = run(&["show", "com.example.library.book.lent.v1"]);
    let by_constant = run(&["show", "BOOK_LENT"]);
    assert_eq!(by_type.stdout, by_constant.stdout);
    let (page, schema) = by_type.stdout.split_once("\nschema:\n").unwrap();
    let expected = "\
BOOK_LENT

  Sent when a book has been lent.

  Not sent when a loan is extended.

type           com.example.library.book.lent.v1
minor version  2
key            none
repository     example/library
warning        Readers can be children.
defined at     tests/src/bin/service.rs:LINE

data:
  loan: LoanData
      The loan.
    copy_id: i64
        The copy on loan.
    reader: String (personal data)
        The reader who has it.
  previous: Option<LoanData>, as above
      The previous loan.
  shelf: String
      The shelf of the book.

receivers:
  none
";
    let at = page.find("service.rs:").unwrap() + "service.rs:".len();
    let end = at + page[at..].find('\n').unwrap();
    assert_eq!([&page[..at], "LINE", &page[end..]].concat(), expected);
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert_eq!(schema["namespace"], "com.example.library.book.lent.v1");
}

#[test]
fn show_lists_receivers_in_order_and_the_reason_of_local_only_events() {
    let page = run(&["show", "COURSE_ENROLLMENT_CREATED"]).stdout;
    let greet = page.find("\n  service::greet (tests/src/bin/service.rs:").unwrap();
    let reserve = page.find("\n  service::reserve_books (tests/src/bin/service.rs:").unwrap();
    assert!(greet < reserve, "{page}");
    assert!(page.contains("), order 5\n"), "{page}");

    let page = run(&["show", "DOOR_OPENED"]).stdout;
    assert!(page.contains("local only     its time has no meaning in other processes\n"), "{page}");
    assert!(page.ends_with("schema:\n  none: its data has no Avro form\n"), "{page}");
    let page = run(&["show", "BOOK_RETURNED"]).stdout;
    assert!(page.contains("deprecated     since 2.0: see `BOOK_LENT`\n"), "{page}");
}

#[test]
fn misspelt_names_get_suggestions() {
    let ran = run(&["show", "com.example.library.book.lend.v1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(
        ran.stderr,
        "error: this program has no event `com.example.library.book.lend.v1`\n\
         help: did you mean `com.example.library.book.lent.v1`?\n"
    );
    let ran = run(&["show", "nonsense"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("help: `list` prints the events of this program"), "{}", ran.stderr);
}
