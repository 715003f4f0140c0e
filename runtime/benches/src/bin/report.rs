//! Writes what was measured into `BENCHMARKS.md`, between its marks, and draws `growth.svg` and `bus.svg`.
//!
//! `cargo bench`, the `bench` example or both first, then `cargo run --release --bin report` with this package's manifest.
//! What was not measured stays as it is.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use openedx_events_benches::pictures;
use serde_json::Value;

type Times = BTreeMap<String, f64>;

/// Nanoseconds by `group/name`: the median that criterion left in its folder.
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

/// Times with a unit that leaves three digits.
fn duration(nanos: f64) -> String {
    match nanos {
        ..100.0 => format!("{nanos:.1} ns"),
        ..10_000.0 => format!("{nanos:.0} ns"),
        ..10_000_000.0 => format!("{:.1} µs", nanos / 1e3),
        _ => format!("{:.1} ms", nanos / 1e6),
    }
}

/// A row for each of `names`: its time as a multiple of the floor's, then the time.
fn table(times: &Times, group: &str, floor: &str, names: &[(&str, &str)]) -> String {
    let time = |name: &str| times.get(&format!("{group}/{name}")).copied();
    let mut text = String::from("| | ratio | time |\n|---|---|---|\n");
    let floor = time(floor).unwrap_or(f64::NAN);
    for (name, label) in names {
        if let Some(time) = time(name) {
            let _ = writeln!(text, "| {label} | {:.2} | {} |", time / floor, duration(time));
        }
    }
    text
}

const CODEC: &[(&str, &str)] = &[
    ("ours", "**ours**"),
    ("by_hand", "by hand"),
    ("by_hand_texts", "by hand, keys and times left as texts"),
    ("memcpy", "copying the bytes"),
    ("serde_avro_fast", "serde_avro_fast (texts)"),
    ("apache_avro_serde", "apache-avro, serde (texts)"),
    ("apache_avro_value", "apache-avro, `Value` (texts)"),
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
            ("write_by_derives", "write by serde's derives (texts)"),
            ("read", "**read**"),
            ("read_by_derives", "read by serde's derives (texts)"),
            ("clone", "clone"),
            ("clone_of_texts", "clone of the plain structs"),
            ("schema_text", "schema text"),
        ];
        sections.push((group.clone(), table(times, &group, "write_by_derives", &json)));
    }
    let parse = [
        ("course_key", "`CourseKey`"),
        ("usage_key", "`UsageKey`"),
        ("time", "`DateTime`"),
        ("copy_of_course_key", "copying the course key's text"),
    ];
    sections.push(("parse".into(), table(times, "parse", "copy_of_course_key", &parse)));
    let send = [
        ("to_0", "no receiver"),
        ("to_1", "1 receiver"),
        ("to_1_with_metadata", "1 receiver, with metadata"),
        ("to_10", "10 receivers"),
        ("metadata", "metadata alone"),
        ("metadata_by_hand_and_call", "the floor: UUID v1, clock, call"),
        ("call", "the call of the receiver"),
    ];
    sections.push(("send".into(), table(times, "send", "metadata_by_hand_and_call", &send)));
    let registry = [
        ("get_one", "one event type"),
        ("get_unknown", "one that is not there"),
        ("get_each", "each of them"),
    ];
    sections.push(("registry".into(), table(times, "registry", "get_one", &registry)));
    sections.push(("instructions".into(), format!("```text\n{instructions}```\n")));
    sections
}

/// The tables that the `bench` example kept, by their marks.
fn bus_sections(figures: &Value) -> Vec<(String, String)> {
    let tables = figures["tables"].as_object().into_iter().flatten();
    tables.filter_map(|(name, table)| Some((name.clone(), table.as_str()?.to_owned()))).collect()
}

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = |own: &str| std::env::var_os("CARGO_TARGET_DIR").map_or(here.join(own), Into::into);
    let times = times(&target("target").join("criterion"));
    let instructions = fs::read_to_string(here.join("instructions.txt")).unwrap_or_default();
    let bus = fs::read_to_string(target("../../target").join("event_bus_bench.json")).ok();
    let bus = bus.map(|text| serde_json::from_str::<Value>(&text).expect("the example wrote it"));

    let mut found = if times.is_empty() { Vec::new() } else { sections(&times, &instructions) };
    found.extend(bus.iter().flat_map(bus_sections));
    assert!(!found.is_empty(), "`cargo bench` or the example `bench` comes first");
    let file = here.join("../../BENCHMARKS.md");
    let mut text = fs::read_to_string(&file).expect("BENCHMARKS.md has the words around the figures");
    for (name, section) in found {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->"));
        // What the document does not ask for is not in it.
        let Some((before, rest)) = text.split_once(&begin) else { continue };
        let (_, after) = rest.split_once(&end).expect("each mark has its end");
        text = format!("{before}{begin}{section}{end}{after}");
    }
    fs::write(&file, text).expect("BENCHMARKS.md can be written");
    let draw = |name: &str, picture: String| {
        fs::write(here.join(name), picture).expect("pictures can be written");
    };
    if !times.is_empty() {
        draw("growth.svg", pictures::of_codec(&times));
    }
    if let Some(charts) = bus.map(|figures| figures["charts"].clone()).filter(Value::is_object) {
        draw("bus.svg", pictures::of_bus(&charts));
    }
}
