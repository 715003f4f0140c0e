//! The bench of the event bus works: with few events, and with Python where it is installed. Its figures are not looked at.

mod support;

use std::{env, fs, path::Path};

use support::{printed, run};

#[test]
fn each_section_finds_its_figures() {
    let figures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench.json");
    let _ = fs::remove_file(&figures);
    // Installing Python's packages is left to the interop tests.
    let mut bench = run("bench", &["--quick", "--figures", figures.to_str().unwrap()]);
    let printed = printed(bench.env("OFFLINE", "1"));

    let figures: serde_json::Value = serde_json::from_str(&fs::read_to_string(&figures).unwrap()).unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../BENCHMARKS.md");
    let document = fs::read_to_string(document).unwrap();
    let marks = document.lines().filter_map(|line| line.strip_prefix("<!-- bus_")?.strip_suffix(" -->"));
    let marks: Vec<String> = marks.map(|mark| format!("bus_{mark}")).collect();
    assert!(marks.len() >= 9, "{marks:?}");
    for mark in marks {
        match figures["tables"][&mark].as_str() {
            Some(table) => assert!(printed.contains(table) && !table.contains("NaN"), "{mark}: {table}"),
            None => assert!(mark == "bus_python", "the document asks for {mark}:\n{printed}"),
        }
    }
    for (chart, lines) in [("events", 3), ("consumers", 3)] {
        assert_eq!(figures["charts"][chart].as_object().unwrap().len(), lines, "{chart}");
    }
}
