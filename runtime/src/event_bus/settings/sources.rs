//! The sources of settings: files, the environment and code.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    Settings,
    finding::{Findings, SettingPath, SettingsError},
    layers::Layers,
    names, read,
    tree::Tree,
    value,
};

/// The environment variable that names a settings file.
const FILE_VARIABLE: &str = "OPENEDX_EVENTS_SETTINGS";
const ENVIRONMENT: &str = "the environment";

/// Builds and checks [`Settings`] from chosen sources. Later sources override earlier ones. [`Settings::load`] uses the
/// common sources.
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

impl SettingsBuilder {
    /// Begins without sources, so every setting has its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds settings from code: a JSON object of names and values.
    pub fn value(mut self, settings: Value) -> Self {
        match settings {
            Value::Object(settings) => {
                for (name, value) in settings.into_iter().filter(|(name, _)| names::is_ours(name)) {
                    self.layers.add(name, value, "", false);
                }
            }
            other => self.findings.error(
                &SettingPath::new("settings", ""),
                format!(
                    "expected a table of names and values, found {}\nhelp: write a table such as \
                     `{{\"EVENT_BUS_PRODUCER\": \"redis\"}}`",
                    value::kind(&other)
                ),
            ),
        }
        self
    }

    /// Adds settings from a YAML, JSON or TOML file, by its extension. The file may contain the settings of a whole service,
    /// such as the `lms.env.yml` that Tutor writes.
    ///
    /// Requires the feature `settings-file`. Without it, [`build`](Self::build) returns an error.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let source = SettingPath::new(&*origin, "");
        #[cfg(feature = "settings-file")]
        match super::file::read(path) {
            Ok(settings) => {
                for name in settings.repeated {
                    self.findings.warning(
                        &SettingPath::new(name, &origin),
                        "written more than once\nnote: the last value counts, as in Python\nhelp: write it once; two \
                         plugins may each have added it",
                    );
                }
                for (name, tree) in settings.values {
                    self.findings.repeated(&SettingPath::new(&*name, &origin), &tree);
                    self.layers.add(name, tree.value, &origin, false);
                }
            }
            Err(message) => self.findings.error(&source, message),
        }
        #[cfg(not(feature = "settings-file"))]
        self.findings.error(
            &source,
            "this program cannot read settings files\nnote: they require a feature of the crate\nhelp: write \
             `features = [\"settings-file\"]` for `openedx-events` in `Cargo.toml`, or set environment variables",
        );
        self
    }

    /// Adds settings from the environment variables of this process.
    ///
    /// An empty variable counts as not set, except that an empty `EVENT_BUS_PRODUCER` switches producing off, even if a file sets
    /// it. `EVENT_BUS_PRODUCER_CONFIG` and `EVENT_BUS_CONSUMER_CONFIG` are JSON. The former is
    /// merged over the value set before, by [`merge_producer_configs`](super::merge_producer_configs).
    pub fn environment(self) -> Self {
        self.variables(env::vars_os())
    }

    /// Adds settings from `variables`, read like the [environment variables](Self::environment) of the process.
    pub fn variables<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        for (name, value) in variables {
            // All names of settings are UTF-8.
            if let Ok(name) = name.into().into_string()
                && names::is_ours(&name)
            {
                self.variable(name, &value.into());
            }
        }
        self
    }

    fn variable(&mut self, name: String, value: &OsStr) {
        let path = SettingPath::new(&*name, ENVIRONMENT);
        let Some(text) = value.to_str() else {
            self.findings.error(&path, "the variable is not valid UTF-8\nhelp: set it to a UTF-8 string");
            return;
        };
        let value = if names::is_table(&name) && !text.is_empty() {
            let json = serde_json::from_str(text).map_err(|error| {
                format!("the variable is not valid JSON: {error}\nhelp: write the table as one JSON object")
            });
            self.findings.take(&path, json).map(|tree: Tree| {
                self.findings.repeated(&path, &tree);
                tree.value
            })
        } else {
            Some(Value::from(text))
        };
        if let Some(value) = value {
            self.layers.add(name, value, ENVIRONMENT, true);
        }
    }

    /// Reads and checks the settings.
    ///
    /// # Errors
    ///
    /// If any finding is an error. The error contains all findings, warnings as well.
    pub fn build(self) -> Result<Settings, SettingsError> {
        let Self { layers, mut findings } = self;
        let mut settings = read::read(&layers, &mut findings);
        settings.warnings = findings.into_result()?;
        Ok(settings)
    }
}

impl Settings {
    /// Loads the settings of a service from `file`, or from the file that the environment variable
    /// `OPENEDX_EVENTS_SETTINGS` names, if any; then from the environment.
    ///
    /// Files (`.yaml`, `.yml`, `.json`, `.toml`) require the feature `settings-file`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or a setting is wrong. The error contains all findings.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let named = || env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let builder = match file.map(Path::to_owned).or_else(named) {
            Some(path) => SettingsBuilder::new().file(path),
            None => SettingsBuilder::new(),
        };
        builder.environment().build()
    }

    /// Makes settings of a JSON object of names and values. Reads neither a file nor the environment.
    ///
    /// # Errors
    ///
    /// If a setting is wrong. The error contains all findings.
    pub fn from_value(settings: Value) -> Result<Self, SettingsError> {
        SettingsBuilder::new().value(settings).build()
    }
}
