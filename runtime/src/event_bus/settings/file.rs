//! Settings files: JSON and TOML by the crate `config`, YAML by serde-saphyr.
//!
//! `config`'s own YAML is another language than that of the Python services: it has no merge keys (`<<: *base`),
//! `yes` is a text, and a file is refused because of a `.inf` or a null key in somebody else's setting.

use std::{error::Error, fmt, fs, path::Path};

use config::{ConfigError, FileFormat, Format, ValueKind};
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
        "json" => |text| parse_other(FileFormat::Json, text),
        "toml" => |text| parse_other(FileFormat::Toml, text),
        _ => {
            return Err(
                "the settings file has none of the extensions `.yaml`, `.yml`, `.json` and `.toml`\nnote: \
                        they say how it is written\nhelp: rename it"
                    .to_owned(),
            );
        }
    };
    let text = fs::read_to_string(path).map_err(|error| {
        format!("the settings file cannot be read: {error}\nhelp: name a file of UTF-8 text that this process may read")
    })?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
}

fn syntax(problem: &str) -> String {
    format!("the settings file cannot be read: {problem}\nhelp: correct the file there")
}

fn parse_other(format: FileFormat, text: &str) -> Result<FileSettings, String> {
    let settings = format.parse(None, text).map_err(|error| {
        // The root is something else, and the error quotes it.
        if error.is::<ConfigError>() { NO_TABLE.to_owned() } else { syntax(&without_quotes(&*error)) }
    })?;
    let ours = settings.into_iter().filter(|(name, _)| names::is_ours(name));
    Ok(FileSettings {
        values: ours.map(|(name, value)| (name, to_json(value.kind))).collect(),
        repeated: Vec::new(),
    })
}

/// The first and the last line of an error about TOML; those between quote the file.
fn without_quotes(error: &(dyn Error + Send + Sync)) -> String {
    let text = error.to_string();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    match lines.next_back() {
        Some(last) => format!("{first}: {last}"),
        None => first.to_owned(),
    }
}

fn to_json(value: ValueKind) -> Value {
    match value {
        ValueKind::Nil => Value::Null,
        ValueKind::Boolean(value) => value.into(),
        ValueKind::I64(value) => value.into(),
        ValueKind::U64(value) => value.into(),
        ValueKind::String(value) => value.into(),
        ValueKind::Float(value) if value.is_finite() => value.into(),
        // JSON has no such numbers. As texts they are of the wrong type for every setting.
        ValueKind::Float(value) => value.to_string().into(),
        ValueKind::I128(value) => value.to_string().into(),
        ValueKind::U128(value) => value.to_string().into(),
        ValueKind::Array(values) => values.into_iter().map(|value| to_json(value.kind)).collect(),
        ValueKind::Table(table) => table.into_iter().map(|(key, value)| (key, to_json(value.kind))).collect(),
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
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.to_string();
        if error.contains(Root::EXPECTED) { NO_TABLE.to_owned() } else { syntax(&error) }
    })
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
