//! The picture of how encoding and decoding grow with the size of an event, with both axes logarithmic.

use std::{collections::BTreeMap, fmt::Write};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 100.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 50.0;

/// From bytes and nanoseconds to a place in the picture.
struct Axes {
    bytes: (f64, f64),
    nanos: (f64, f64),
}

impl Axes {
    fn place(&self, (bytes, nanos): (f64, f64)) -> (f64, f64) {
        let part = |(from, to): (f64, f64), value: f64| (value.log10() - from) / (to - from);
        let x = LEFT + part(self.bytes, bytes) * (WIDTH - LEFT - RIGHT);
        let y = HEIGHT - BOTTOM - part(self.nanos, nanos) * (HEIGHT - TOP - BOTTOM);
        (x, y)
    }
}

/// Draws the benches `growth/encode_183` and the like.
#[must_use]
pub fn draw(times: &BTreeMap<String, f64>) -> String {
    let line = |what: &str| {
        let prefix = format!("growth/{what}_");
        let point =
            |(name, nanos): (&String, &f64)| Some((name.strip_prefix(&prefix)?.parse().ok()?, *nanos));
        let mut points: Vec<(f64, f64)> = times.iter().filter_map(point).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        points
    };
    let lines = [("decode", "#b3261e"), ("encode", "#1f5fbf"), ("memcpy", "#777777")];
    let all: Vec<_> = lines.iter().flat_map(|(what, _)| line(what)).collect();
    let bounds = |value: fn(&(f64, f64)) -> f64| {
        let logs = || all.iter().map(value).map(f64::log10);
        (logs().fold(f64::INFINITY, f64::min).floor(), logs().fold(f64::NEG_INFINITY, f64::max).ceil())
    };
    let axes = Axes { bytes: bounds(|point| point.0), nanos: bounds(|point| point.1) };

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut grid = |from: (f64, f64), to: (f64, f64), label: &str, at: (f64, f64), anchor: &str| {
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#dddddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>",
            from.0, from.1, to.0, to.1, at.0, at.1
        );
    };
    let powers = |(from, to): (f64, f64)| {
        std::iter::successors(Some(from), move |power| (power + 1.0 <= to).then_some(power + 1.0))
    };
    let (low, high) = ((axes.bytes.0, axes.nanos.0), (axes.bytes.1, axes.nanos.1));
    for power in powers(axes.bytes) {
        let (x, bottom) = axes.place((10_f64.powf(power), 10_f64.powf(low.1)));
        let label = ["1 B", "10 B", "100 B", "1 kB", "10 kB", "100 kB", "1 MB", "10 MB"];
        grid((x, TOP), (x, bottom), label_of(&label, power), (x, bottom + 18.0), "middle");
    }
    for power in powers(axes.nanos) {
        let (left, y) = axes.place((10_f64.powf(low.0), 10_f64.powf(power)));
        let (right, _) = axes.place((10_f64.powf(high.0), 1.0));
        let label = ["1 ns", "10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"];
        grid((left, y), (right, y), label_of(&label, power), (left - 6.0, y + 4.0), "end");
    }
    for (what, colour) in lines {
        let points: Vec<_> = line(what).into_iter().map(|point| axes.place(point)).collect();
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let Some((x, y)) = points.last() else { continue };
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{what}</text>",
            path.join(" "),
            x + 6.0,
            y + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"18\">time against the size of the encoded event</text>\n</svg>"
    );
    svg
}

fn label_of<'a>(labels: &[&'a str], power: f64) -> &'a str {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    labels.get(power.max(0.0) as usize).copied().unwrap_or_default()
}
