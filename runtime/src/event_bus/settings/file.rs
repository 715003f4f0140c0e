//! Settings files: YAML, JSON and TOML, each read by a maintained parser of its own.
//!
//! The crate `config` (0.15) reads all three, but not the YAML of the Python services: it has no merge keys, takes `yes` as a
//! string, and refuses a file because of a `.inf` or a null key in another program's setting. It panics on `1e999` in JSON if
//! any crate of the program enables arbitrary precision in `serde_json`, lower-cases the names of environment variables,
//! and quotes the file in its errors.

use std::{borrow::Cow, fmt, fs, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, NonFiniteFloatPolicy, Options};

use super::{names, tree::Tree};

/// The settings of the event bus in a file.
#[derive(Debug, Default)]
pub(super) struct FileSettings {
    pub(super) values: Vec<(String, Tree)>,
    /// Names that occur more than once.
    pub(super) repeated: Vec<String>,
}

/// Reads the settings of the event bus from a file.
///
/// # Errors
///
/// Returns the message of a finding if the file cannot be read. It never quotes the file, which may contain passwords.
pub(super) fn read(path: &Path) -> Result<FileSettings, String> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let parse: fn(&str) -> Result<FileSettings, String> = match &*extension {
        "yaml" | "yml" => parse_yaml,
        "json" => parse_json,
        "toml" => parse_toml,
        _ => {
            return Err(
                "the name of the settings file must end in `.yaml`, `.yml`, `.json` or `.toml`\nnote: the \
                 extension says which format it has\nhelp: rename it"
                    .to_owned(),
            );
        }
    };
    let text = fs::read_to_string(path).map_err(|error| {
        format!(
            "the settings file cannot be read: {error}\nhelp: name a UTF-8 file that this process may \
             read"
        )
    })?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
}

fn explain(problem: &str) -> String {
    if problem.contains(Root::EXPECTED) {
        // The value in place of the table may be a password.
        return "the settings file is not a table of names and values\nhelp: begin it with the name of a setting"
            .to_owned();
    }
    format!("the settings file cannot be read: {problem}\nhelp: correct the file at that place")
}

fn parse_json(text: &str) -> Result<FileSettings, String> {
    serde_json::from_str(text).map_err(|error| explain(&error.to_string()))
}

fn parse_toml(text: &str) -> Result<FileSettings, String> {
    let settings: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // The error as a whole would quote the file.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        explain(&format!("{} at line {}", error.message(), before.matches('\n').count() + 1))
    })?;
    let ours = settings.into_iter().filter(|(name, _)| names::is_ours(name));
    Ok(FileSettings {
        // TOML refuses repeated keys.
        values: ours.map(|(name, value)| (name, Tree::from(from_toml(value)))).collect(),
        repeated: Vec::new(),
    })
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) if number.is_finite() => number.into(),
        // JSON has no such numbers. A string is of the wrong type for every setting.
        toml::Value::Float(number) => number.to_string().into(),
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, from_toml(value))).collect(),
    }
}

fn parse_yaml(text: &str) -> Result<FileSettings, String> {
    let mut options = Options::default();
    // As in PyYAML.
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    options.legacy_octal_numbers = true;
    options.non_finite_float_policy = NonFiniteFloatPolicy::AsString;
    // Bytes need not be text.
    options.ignore_binary_tag_for_string = true;
    // Errors would quote the file.
    options.with_snippet = false;
    let mut text = Cow::Borrowed(text);
    loop {
        match serde_saphyr::from_str_with_options(&text, options.clone()) {
            Ok(settings) => return Ok(settings),
            Err(error) => match without_tag(&text, &error) {
                Some(changed) => text = Cow::Owned(changed),
                None => return Err(explain(&error.to_string())),
            },
        }
    }
}

/// Removes the tag, such as `!!timestamp`, that makes the parser refuse a value. Even values that are ignored have their
/// tags checked, and `PyYAML` knows this one. Spaces take its place, so that later errors name the right place.
fn without_tag(text: &str, error: &serde_saphyr::Error) -> Option<String> {
    let serde_saphyr::Error::TaggedScalarCannotDeserializeIntoString { location } = error.without_snippet()
    else {
        return None;
    };
    let skipped = usize::try_from(location.line()).ok()?.checked_sub(1)?;
    let line_start: usize = text.split_inclusive('\n').take(skipped).map(str::len).sum();
    let column = usize::try_from(location.column()).ok()?.checked_sub(1)?;
    let in_line = text.get(line_start..)?.char_indices().nth(column)?.0;
    // The value may have an anchor between the tag and the value.
    let before = &text[..line_start + in_line];
    let start = before.trim_end_matches(|char: char| char != '!').trim_end_matches('!').len();
    let tag = before[start..].split_whitespace().next().filter(|tag| tag.starts_with('!'))?;
    Some([&text[..start], &" ".repeat(tag.len()), &text[start + tag.len()..]].concat())
}

impl<'de> Deserialize<'de> for FileSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Root)
    }
}

/// Picks the settings of the event bus from the settings of a service, and ignores the others.
struct Root;

impl Root {
    const EXPECTED: &'static str = "a table of names and values";
}

impl<'de> Visitor<'de> for Root {
    type Value = FileSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<FileSettings, E> {
        Ok(FileSettings::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FileSettings, A::Error> {
        let mut settings = FileSettings::default();
        while let Some(name) = map.next_key::<Option<String>>()? {
            let Some(name) = name.filter(|name| names::is_ours(name)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value()?;
            let before = settings.values.len();
            settings.values.retain(|(other, _)| *other != name);
            if settings.values.len() < before && !settings.repeated.contains(&name) {
                settings.repeated.push(name.clone());
            }
            settings.values.push((name, value));
        }
        Ok(settings)
    }
}
