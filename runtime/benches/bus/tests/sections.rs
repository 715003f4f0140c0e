//! Checks that the bench works, with few events, and with Python if it is installed. It does not judge the figures.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

#[test]
fn each_section_produces_its_figures() {
    let figures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench.json");
    let _ = fs::remove_file(&figures);
    let output = Command::new(env!("CARGO_BIN_EXE_openedx-events-bus-bench"))
        .args(["--quick", "--figures"])
        .arg(&figures)
        // The interop tests install Python's packages, not this one.
        .env("OFFLINE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();

    let figures: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(&figures).unwrap()).unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../BENCHMARKS.md");
    let document = fs::read_to_string(document).unwrap();
    let marks = document.lines().filter_map(|line| line.strip_prefix("<!-- ")?.strip_suffix(" -->"));
    let marks: Vec<&str> = marks.filter(|mark| mark.starts_with("bus_")).collect();
    assert!(marks.len() >= 9, "{marks:?}");
    for mark in marks {
        match figures.get(mark) {
            Some(table) => assert!(printed.contains(table) && !table.contains("NaN"), "{mark}: {table}"),
            None => assert!(mark == "bus_python", "no table for the mark {mark}:\n{printed}"),
        }
    }
}
