//! Writes the measured figures into `BENCHMARKS.md`, between its marks. Figures that were not measured stay unchanged.
//!
//! Run `cargo bench`, the bench of the bus, or both first, then `cargo run --release --bin report` with this package's
//! manifest.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use serde_json::Value;

type Times = BTreeMap<String, f64>;

/// Returns nanoseconds by `group/name`: the medians in the folder of criterion.
fn times(folder: &Path) -> Times {
    let mut times = Times::new();
    let groups = fs::read_dir(folder).into_iter().flatten().flatten();
    for group in groups.filter(|entry| entry.path().is_dir()) {
        for bench in fs::read_dir(group.path()).into_iter().flatten().flatten() {
            let Ok(text) = fs::read_to_string(bench.path().join("new/estimates.json")) else { continue };
            let estimates: Value = serde_json::from_str(&text).expect("criterion wrote it");
            let median = estimates["median"]["point_estimate"].as_f64().unwrap_or_default();
            let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
            times.insert(format!("{}/{}", name(&group), name(&bench)), median);
        }
    }
    times
}

/// Formats a time to about three digits.
fn duration(nanos: f64) -> String {
    match nanos {
        ..100.0 => format!("{nanos:.1} ns"),
        ..10_000.0 => format!("{nanos:.0} ns"),
        ..10_000_000.0 => format!("{:.1} µs", nanos / 1e3),
        _ => format!("{:.1} ms", nanos / 1e6),
    }
}

/// Writes a row for each of `names`: its time relative to the baseline's, then the time. Returns nothing if the baseline was not
/// measured.
fn table(times: &Times, group: &str, baseline: &str, names: &[(&str, &str)]) -> String {
    let time = |name: &str| times.get(&format!("{group}/{name}")).copied();
    let mut text = String::from("| | ratio | time |\n|---|---|---|\n");
    let Some(baseline) = time(baseline) else { return String::new() };
    for (name, label) in names {
        if let Some(time) = time(name) {
            let _ = writeln!(text, "| {label} | {:.2} | {} |", time / baseline, duration(time));
        }
    }
    text
}

const CODEC: &[(&str, &str)] = &[
    ("ours", "**ours**"),
    ("by_hand", "by hand"),
    ("by_hand_strings", "by hand, keys and times as strings"),
    ("memcpy", "copying the bytes"),
    ("serde_avro_fast", "serde_avro_fast (strings)"),
    ("apache_avro_serde", "apache-avro, serde (strings)"),
    ("apache_avro_value", "apache-avro, `Value` (strings)"),
];

fn sections(times: &Times, instructions: &str) -> Vec<(String, String)> {
    let mut sections = Vec::new();
    for event in ["smallest", "enrollment", "largest"] {
        for what in ["encode", "decode"] {
            let group = format!("{what}_{event}");
            sections.push((group.clone(), table(times, &group, "by_hand", CODEC)));
        }
        let group = format!("json_{event}");
        let json = [
            ("write", "**write**"),
            ("write_by_derives", "write by serde's derives (strings)"),
            ("read", "**read**"),
            ("read_by_derives", "read by serde's derives (strings)"),
            ("clone", "clone"),
            ("clone_of_strings", "clone of the plain structs"),
            ("schema", "schema"),
        ];
        sections.push((group.clone(), table(times, &group, "write_by_derives", &json)));
    }
    let parse = [
        ("course_key", "`CourseKey`"),
        ("usage_key", "`UsageKey`"),
        ("time", "`DateTime`"),
        ("copy_of_course_key", "copying the course key as a string"),
    ];
    sections.push(("parse".into(), table(times, "parse", "copy_of_course_key", &parse)));
    let send = [
        ("to_0", "no receiver"),
        ("to_1", "1 receiver"),
        ("to_1_of_metadata", "1 receiver that takes the metadata"),
        ("to_1_with_metadata", "1 receiver, with metadata from elsewhere"),
        ("to_10", "10 receivers"),
        ("metadata", "metadata alone"),
        ("metadata_by_hand_and_call", "baseline: UUID v1, clock, call"),
        ("call", "calling the receiver"),
    ];
    sections.push(("send".into(), table(times, "send", "metadata_by_hand_and_call", &send)));
    let registry = [
        ("get_one", "one event type"),
        ("get_unknown", "an unknown event type"),
        ("get_each", "all event types"),
    ];
    sections.push(("registry".into(), table(times, "registry", "get_one", &registry)));
    sections.push(("instructions".into(), format!("```text\n{instructions}```\n")));
    sections
}

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(here.join("target"), Into::into);
    let times = times(&target.join("criterion"));
    let instructions = fs::read_to_string(here.join("instructions.txt")).unwrap_or_default();
    let bus = fs::read_to_string(target.join("event_bus.json")).ok();
    let bus: Option<BTreeMap<String, String>> =
        bus.map(|text| serde_json::from_str(&text).expect("the bench of the bus wrote it"));

    let mut tables = if times.is_empty() { Vec::new() } else { sections(&times, &instructions) };
    tables.extend(bus.into_iter().flatten());
    assert!(!tables.is_empty(), "run `cargo bench` or the bench of the bus first");
    let file = here.join("../../BENCHMARKS.md");
    let mut text = fs::read_to_string(&file).expect("BENCHMARKS.md exists");
    for (name, section) in tables.into_iter().filter(|(_, section)| !section.is_empty()) {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->"));
        // The document leaves out some figures.
        let Some((before, rest)) = text.split_once(&begin) else { continue };
        let (_, after) = rest.split_once(&end).expect("each mark has an end");
        text = format!("{before}{begin}{section}{end}{after}");
    }
    fs::write(&file, text).expect("BENCHMARKS.md can be written");
}
