//! Charts as SVG: lines over two logarithmic axes.

use std::fmt::Write;

/// The size of one chart; several stand side by side.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 100.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 50.0;

/// A chart.
pub struct Chart {
    /// What is shown, above it.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical one.
    pub y: Axis,
    /// The lines, each with its name at its end.
    pub lines: Vec<Line>,
}

/// An axis: values that have a grid line, with their labels. The first and the last are its ends.
pub struct Axis(pub Vec<(f64, String)>);

/// A line.
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its points, in order.
    pub points: Vec<(f64, f64)>,
}

const COLOURS: [&str; 4] = ["#b3261e", "#1f5fbf", "#2e7d32", "#777777"];

impl Axis {
    /// Powers of ten around `values`; `labels` are those of 1, 10, 100 and so on.
    #[must_use]
    pub fn of_powers(values: &[f64], labels: &[&str]) -> Self {
        let logs = || values.iter().copied().map(f64::log10);
        let from = logs().fold(f64::INFINITY, f64::min).floor();
        let to = logs().fold(f64::NEG_INFINITY, f64::max).ceil();
        let next = |power: &f64| Some(power + 1.0).filter(|power| *power <= to);
        let powers = std::iter::successors(Some(from).filter(|from| from.is_finite()), next);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let label = |power: f64| labels.get(power.max(0.0) as usize).copied().unwrap_or_default();
        Self(powers.map(|power| (10_f64.powf(power), label(power).to_owned())).collect())
    }

    /// How far `value` is from the first end to the last.
    fn part(&self, value: f64) -> f64 {
        let end = |end: Option<&(f64, String)>| end.map_or(f64::NAN, |(value, _)| value.log10());
        let (from, to) = (end(self.0.first()), end(self.0.last()));
        (value.log10() - from) / (to - from)
    }
}

impl Chart {
    fn place(&self, offset: f64, (x, y): (f64, f64)) -> (f64, f64) {
        let across = offset + LEFT + self.x.part(x) * (WIDTH - LEFT - RIGHT);
        (across, HEIGHT - BOTTOM - self.y.part(y) * (HEIGHT - TOP - BOTTOM))
    }

    fn draw(&self, offset: f64, svg: &mut String) {
        let (left, right) = (offset + LEFT, offset + WIDTH - RIGHT);
        let bottom = HEIGHT - BOTTOM;
        let mut grid = |from: (f64, f64), to: (f64, f64), label: &str, at: (f64, f64), anchor: &str| {
            let _ = writeln!(
                svg,
                "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#dddddd\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>",
                from.0, from.1, to.0, to.1, at.0, at.1
            );
        };
        for (value, label) in &self.x.0 {
            let x = left + self.x.part(*value) * (right - left);
            grid((x, TOP), (x, bottom), label, (x, bottom + 18.0), "middle");
        }
        for (value, label) in &self.y.0 {
            let y = bottom - self.y.part(*value) * (bottom - TOP);
            grid((left, y), (right, y), label, (left - 6.0, y + 4.0), "end");
        }
        let mut names: Vec<f64> = Vec::new();
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            let points: Vec<_> = line.points.iter().map(|point| self.place(offset, *point)).collect();
            let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let Some((x, y)) = points.last() else { continue };
            // Names of lines that end at one place stand above each other.
            let mut name_y = y + 4.0;
            while names.iter().any(|other| (other - name_y).abs() < 12.0) {
                name_y -= 12.0;
            }
            names.push(name_y);
            let _ = writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
                 <text x=\"{:.1}\" y=\"{name_y:.1}\" fill=\"{colour}\">{}</text>",
                path.join(" "),
                x + 6.0,
                line.name
            );
        }
        let _ = writeln!(svg, "<text x=\"{left}\" y=\"18\">{}</text>", self.title);
    }
}

/// The picture of `charts`, side by side.
#[must_use]
pub fn draw(charts: &[Chart]) -> String {
    let mut svg = String::new();
    let mut width = 0.0;
    for chart in charts {
        chart.draw(width, &mut svg);
        width += WIDTH;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{svg}</svg>\n"
    )
}
