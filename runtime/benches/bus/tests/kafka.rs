//! Checks that the bench on Kafka works, with few events, and with Python if it is installed. It does not judge the figures.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

#[test]
fn each_section_on_kafka_produces_its_figures() {
    let figures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kafka.json");
    let _ = fs::remove_file(&figures);
    let output = Command::new(env!("CARGO_BIN_EXE_openedx-events-bus-bench"))
        .args(["kafka", "--quick", "--figures"])
        .arg(&figures)
        // `tests/all/benches.sh` installs the servers, and the interop tests install Python's packages.
        .env("OFFLINE", "1")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    if printed.starts_with("NOT MEASURED") {
        eprintln!("{printed}");
        return;
    }
    let figures: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(&figures).unwrap()).unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../BENCHMARKS.md");
    let document = fs::read_to_string(document).unwrap();
    let marks = document.lines().filter_map(|line| line.strip_prefix("<!-- ")?.strip_suffix(" -->"));
    let marks: Vec<&str> = marks.filter(|mark| mark.starts_with("kafka_")).collect();
    assert!(marks.len() >= 8, "{marks:?}");
    for mark in marks {
        match figures.get(mark) {
            Some(table) => assert!(printed.contains(table) && !table.contains("NaN"), "{mark}: {table}"),
            None => {
                assert!(mark.starts_with("kafka_python_"), "no table for the mark {mark}:\n{printed}");
            }
        }
    }
}
