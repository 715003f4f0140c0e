//! The pictures of the documents: how costs grow.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::chart::{Axis, Chart, Line, draw};

/// How encoding and decoding grow with the size of an event: the benches `growth/encode_183` and the like.
#[must_use]
pub fn of_codec(times: &BTreeMap<String, f64>) -> String {
    let line = |what: &str| {
        let prefix = format!("growth/{what}_");
        let point =
            |(name, nanos): (&String, &f64)| Some((name.strip_prefix(&prefix)?.parse().ok()?, *nanos));
        let mut points: Vec<(f64, f64)> = times.iter().filter_map(point).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        Line { name: what.to_owned(), points }
    };
    let lines: Vec<Line> = ["decode", "encode", "memcpy"].map(line).into();
    let sizes = ["1 B", "10 B", "100 B", "1 kB", "10 kB", "100 kB", "1 MB", "10 MB"];
    let times = ["1 ns", "10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"];
    let chart = Chart {
        title: "time against the size of the encoded event".to_owned(),
        x: Axis::of_powers(&all(&lines, |point| point.0), &sizes),
        y: Axis::of_powers(&all(&lines, |point| point.1), &times),
        lines,
    };
    draw(&[chart])
}

/// How an event on the bus costs more or less with the number of events and of consumers: the charts that the `bench`
/// example kept.
#[must_use]
pub fn of_bus(charts: &Value) -> String {
    let lines = |chart: &str| {
        let lines = charts[chart].as_object().into_iter().flatten();
        let line = |(name, points): (&String, &Value)| {
            let points = points.as_array().into_iter().flatten();
            let point = |point: &Value| Some((point[0].as_f64()?, point[1].as_f64()?));
            Line { name: name.clone(), points: points.filter_map(point).collect() }
        };
        lines.map(line).collect::<Vec<_>>()
    };
    let times = ["1 µs", "10 µs", "100 µs", "1 ms"];
    let counts = ["1", "10", "100", "1 000", "10 000", "100 000", "1 000 000"];
    let (by_events, by_consumers) = (lines("events"), lines("consumers"));
    let consumers = by_consumers.first().into_iter().flat_map(|line| &line.points);
    let consumers = consumers.map(|(consumers, _)| (*consumers, consumers.to_string())).collect();
    draw(&[
        Chart {
            title: "time of an event against the number of events".to_owned(),
            x: Axis::of_powers(&all(&by_events, |point| point.0), &counts),
            y: Axis::of_powers(&all(&by_events, |point| point.1), &times),
            lines: by_events,
        },
        Chart {
            title: "cost of a consumed event against the number of consumers of a group".to_owned(),
            x: Axis(consumers),
            y: Axis::of_powers(&all(&by_consumers, |point| point.1), &times),
            lines: by_consumers,
        },
    ])
}

/// A value of each point of `lines`.
fn all(lines: &[Line], value: impl Fn(&(f64, f64)) -> f64) -> Vec<f64> {
    lines.iter().flat_map(|line| &line.points).map(value).collect()
}
