//! Where settings come from: files, the environment and code, and what counts of each.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    Settings, SettingsError,
    bus::Registered,
    finding::{Findings, Place},
    merge::merge_producer_configs,
    names, read, value,
};
use crate::event_bus::broker::{capabilities::Capability, registered::registered};

/// The environment variable that names a settings file.
pub(super) const FILE_VARIABLE: &str = "OPENEDX_EVENTS_SETTINGS";
const ENVIRONMENT: &str = "the environment";

/// Puts [`Settings`] together from sources of your choice, of which the later ones win, and checks them.
/// [`Settings::load`] takes the usual ones.
///
/// ```
/// use openedx_events::event_bus::settings::SettingsBuilder;
/// use serde_json::json;
///
/// let settings = SettingsBuilder::new()
///     .value(json!({"EVENT_BUS_PRODUCER": "memory", "EVENT_BUS_TOPIC_PREFIX": "dev"}))
///     .variables([("EVENT_BUS_TOPIC_PREFIX", "stage")])
///     .build()?;
/// assert_eq!(settings.stream_name("quizzes"), "stage-quizzes");
/// # Ok::<(), openedx_events::event_bus::settings::SettingsError>(())
/// ```
#[derive(Default)]
#[must_use = "settings are read by `build`"]
pub struct SettingsBuilder {
    layers: Layers,
    findings: Findings,
}

/// The settings of ours that are set, by name.
#[derive(Default)]
pub(super) struct Layers(BTreeMap<String, Entry>);

/// A setting as it was found.
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) origin: String,
    /// Whether it is the text of an environment variable.
    pub(super) is_variable: bool,
}

impl SettingsBuilder {
    /// No settings yet, so that each has its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Settings from code: a JSON object of names and values.
    pub fn value(mut self, settings: Value) -> Self {
        match settings {
            Value::Object(settings) => {
                for (name, value) in settings {
                    self.layers.add(name, Entry { value, origin: String::new(), is_variable: false });
                }
            }
            other => self.findings.error(
                &Place::new("settings", ""),
                format!(
                    "a table of names and values is needed, found {}\nhelp: write it as in \
                     `{{\"EVENT_BUS_PRODUCER\": \"redis\"}}`",
                    value::kind(&other)
                ),
            ),
        }
        self
    }

    /// Settings from a YAML, JSON or TOML file, by its extension: one with these settings only, or with those
    /// of a whole service, such as the `lms.env.yml` that Tutor writes.
    ///
    /// It takes the feature `settings-file`; without, the file is an error of [`build`](Self::build).
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let place = Place::new(&*origin, "");
        #[cfg(feature = "settings-file")]
        match super::file::read(path) {
            Ok(settings) => {
                for name in settings.repeated {
                    self.findings.warning(
                        &Place::new(name, &origin),
                        "is written more than once\nnote: the last one counts, as in Python\nhelp: write it \
                         once; two plugins may each have added it",
                    );
                }
                for (name, value) in settings.values {
                    self.layers.add(name, Entry { value, origin: origin.clone(), is_variable: false });
                }
            }
            Err(message) => self.findings.error(&place, message),
        }
        #[cfg(not(feature = "settings-file"))]
        self.findings.error(
            &place,
            "this program does not read settings files\nnote: that is a feature of the crate\nhelp: write \
             `features = [\"settings-file\"]` for `openedx-events` in `Cargo.toml`, or set environment variables",
        );
        self
    }

    /// Settings from the environment variables of this process.
    ///
    /// An empty variable counts as not set. `EVENT_BUS_PRODUCER_CONFIG` and `EVENT_BUS_CONSUMER_CONFIG` are
    /// JSON; the former is merged with the one set before, by [`merge_producer_configs`].
    pub fn environment(self) -> Self {
        self.variables(env::vars_os())
    }

    /// As [`environment`](Self::environment), with these variables.
    pub fn variables<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        for (name, value) in variables {
            // A name that is no text is none of ours.
            if let Ok(name) = name.into().into_string()
                && names::is_ours(&name)
            {
                self.variable(name, &value.into());
            }
        }
        self
    }

    fn variable(&mut self, name: String, value: &OsStr) {
        let place = Place::new(&*name, ENVIRONMENT);
        let Some(text) = value.to_str() else {
            self.findings.error(&place, "the variable is no UTF-8 text\nhelp: set it to one");
            return;
        };
        let is_table = names::is_table(&name);
        let value = match serde_json::from_str(text) {
            Ok(value) if is_table => value,
            Err(error) if is_table && !text.is_empty() => {
                self.findings.error(
                    &place,
                    format!("the variable is no JSON: {error}\nhelp: write the table as one JSON object"),
                );
                return;
            }
            _ => Value::String(text.to_owned()),
        };
        self.layers.add(name, Entry { value, origin: ENVIRONMENT.to_owned(), is_variable: true });
    }

    /// Reads and checks the settings.
    ///
    /// # Errors
    ///
    /// Where there is an error among what was found; with all of it, the warnings too.
    pub fn build(self) -> Result<Settings, SettingsError> {
        let Self { layers, mut findings } = self;
        let registered: Vec<_> = registered()
            .into_iter()
            .map(|(name, bus)| Registered { name, uses_keys: bus.capabilities().can(Capability::OrderByKey) })
            .collect();
        let mut settings = read::read(&layers, &registered, &mut findings);
        settings.warnings = findings.into_result()?;
        Ok(settings)
    }

    /// The sources of a service: `file`, or the one that `OPENEDX_EVENTS_SETTINGS` names, and the environment.
    pub(super) fn usual(file: Option<&Path>) -> Self {
        let named = || env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let builder = match file.map(Path::to_owned).or_else(named) {
            Some(path) => Self::new().file(path),
            None => Self::new(),
        };
        builder.environment()
    }
}

impl Layers {
    /// Adds a setting, if it is one of ours and set to something: null and the empty text are nothing.
    fn add(&mut self, name: String, mut entry: Entry) {
        if !names::is_ours(&name) || entry.value.is_null() || entry.value == "" {
            return;
        }
        if name == names::PRODUCER_CONFIG
            && let Some(earlier) = self.0.remove(&name)
        {
            entry.value = merge_producer_configs(earlier.value, &entry.value);
            if earlier.origin != entry.origin && !earlier.origin.is_empty() {
                entry.origin = format!("{} and {}", earlier.origin, entry.origin);
            }
        }
        self.0.insert(name, entry);
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(name, entry)| (&**name, entry))
    }
}
