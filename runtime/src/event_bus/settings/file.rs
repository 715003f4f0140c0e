//! Settings files: YAML, JSON and TOML, each by the parser that is kept for it.
//!
//! Why not the crate `config` (0.15), which has all three: its YAML is another language than that of the Python
//! services (no merge keys, `yes` is a text, a file is refused because of a `.inf` or a null key in somebody
//! else's setting); it panics on `1e999` in JSON when any crate of the program asks `serde_json` for arbitrary
//! precision; it lowers the names of environment variables; and its errors quote the file.

use std::{fmt, fs, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, NonFiniteFloatPolicy, Options};

use super::names;

/// What a file has for us.
#[derive(Debug, Default)]
pub(super) struct FileSettings {
    pub(super) values: Vec<(String, Value)>,
    /// Names that are there more than once.
    pub(super) repeated: Vec<String>,
}

const NO_TABLE: &str =
    "the settings file is no table of names and values\nhelp: begin it with the name of a setting";

/// Reads the settings of ours from a file.
///
/// # Errors
///
/// The message of a finding. It never quotes the file, which may have passwords anywhere.
pub(super) fn read(path: &Path) -> Result<FileSettings, String> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let parse: fn(&str) -> Result<FileSettings, String> = match &*extension {
        "yaml" | "yml" => parse_yaml,
        "json" => parse_json,
        "toml" => parse_toml,
        _ => {
            return Err(
                "the settings file has none of the extensions `.yaml`, `.yml`, `.json` and `.toml`\n\
                        note: they say how it is written\nhelp: rename it"
                    .to_owned(),
            );
        }
    };
    let text = fs::read_to_string(path).map_err(|error| {
        format!(
            "the settings file cannot be read: {error}\nhelp: name a file of UTF-8 text that this process may \
             read"
        )
    })?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
}

fn explain(problem: &str) -> String {
    if problem.contains(Root::EXPECTED) {
        // What is there instead may be a password.
        return NO_TABLE.to_owned();
    }
    format!("the settings file cannot be read: {problem}\nhelp: correct the file there")
}

fn parse_json(text: &str) -> Result<FileSettings, String> {
    serde_json::from_str(text).map_err(|error| explain(&error.to_string()))
}

fn parse_toml(text: &str) -> Result<FileSettings, String> {
    let settings: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // Printed as a whole, the error would quote the file.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        explain(&format!("{} at line {}", error.message(), before.matches('\n').count() + 1))
    })?;
    let ours = settings.into_iter().filter(|(name, _)| names::is_ours(name));
    Ok(FileSettings {
        values: ours.map(|(name, value)| (name, from_toml(value))).collect(),
        repeated: Vec::new(),
    })
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) if number.is_finite() => number.into(),
        // JSON has no such numbers. As texts they are of the wrong type for every setting.
        toml::Value::Float(number) => number.to_string().into(),
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, from_toml(value))).collect(),
    }
}

fn parse_yaml(text: &str) -> Result<FileSettings, String> {
    let mut options = Options::default();
    // As PyYAML has it.
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    options.legacy_octal_numbers = true;
    options.non_finite_float_policy = NonFiniteFloatPolicy::AsString;
    // Errors would quote the file.
    options.with_snippet = false;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| explain(&error.to_string()))
}

impl<'de> Deserialize<'de> for FileSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Root)
    }
}

/// Takes what is ours out of the settings of a service, whatever the rest is.
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
