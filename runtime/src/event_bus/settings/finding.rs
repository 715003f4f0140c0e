//! Findings about settings, and the error that carries them.

use std::{error::Error, fmt};

use super::tree::Tree;

/// How serious a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The settings can be used, but may not do what was intended.
    Warning,
    /// The settings cannot be used.
    Error,
}

/// One mistake in the settings, or something that may be one.
///
/// Contains no password: a finding about a Redis URL does not quote the URL.
///
/// ```
/// use openedx_events::event_bus::Settings;
/// use serde_json::json;
///
/// let error = Settings::from_value(json!({"EVENT_BUS_PRODUCER_DELIVRY": "wait"})).unwrap_err();
/// let [finding] = error.findings() else { unreachable!() };
/// assert_eq!(finding.path, "EVENT_BUS_PRODUCER_DELIVRY");
/// assert!(finding.message.contains("help: write `EVENT_BUS_PRODUCER_DELIVERY`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Whether this is an error or a warning.
    pub severity: Severity,
    /// The path of the setting, such as `EVENT_BUS_PRODUCER_CONFIG['org.example.….v1']['topic']['enabled']`, or the path of a
    /// file that cannot be read.
    pub path: String,
    /// The source of the setting, such as `/etc/lms.env.yml` or `the environment`. Empty if the setting is not set, or comes
    /// from code.
    pub origin: String,
    /// The mistake, then, on separate lines, why (`note: …`) and what to write (`help: …`).
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}: `{}`", self.path)?;
        if !self.origin.is_empty() {
            write!(f, " in {}", self.origin)?;
        }
        let mut lines = self.message.lines();
        write!(f, ": {}", lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// Settings that cannot be used, with every finding: the errors first, then the warnings.
#[derive(Clone, PartialEq, Eq)]
pub struct SettingsError {
    findings: Vec<Finding>,
}

impl SettingsError {
    /// Makes an error of one finding.
    pub(super) fn of(path: &SettingPath<'_>, message: impl Into<String>) -> Self {
        let mut findings = Findings::default();
        findings.error(path, message);
        Self { findings: findings.0 }
    }

    /// Returns all findings, of which at least one is an error.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Prints the same as `Display`, because a `main` that returns this error prints its `Debug` form.
impl fmt::Debug for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings of the event bus cannot be used")?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
    }
}

impl Error for SettingsError {}

/// Collects findings, so that all are reported at once.
#[derive(Default)]
pub(in crate::event_bus) struct Findings(Vec<Finding>);

impl Findings {
    pub(in crate::event_bus) fn error(&mut self, path: &SettingPath<'_>, message: impl Into<String>) {
        self.push(Severity::Error, path, message.into());
    }

    pub(in crate::event_bus) fn warning(&mut self, path: &SettingPath<'_>, message: impl Into<String>) {
        self.push(Severity::Warning, path, message.into());
    }

    /// Reports the keys that occur more than once in the table at `path`.
    pub(super) fn repeated(&mut self, path: &SettingPath<'_>, table: &Tree) {
        for keys in &table.repeated {
            let path = keys.iter().fold(path.clone(), |path, key| path.key(key));
            self.warning(
                &path,
                "written more than once in its table\nnote: only the last one counts, as in Python, so what the others contain \
                 is ignored\nhelp: write it once, with everything that belongs to it",
            );
        }
    }

    pub(super) fn push(&mut self, severity: Severity, path: &SettingPath<'_>, message: String) {
        let (path, origin) = (path.path.clone(), path.origin.to_owned());
        self.0.push(Finding { severity, path, origin, message });
    }

    /// Takes the value that was read, or reports the message.
    pub(super) fn take<T>(&mut self, path: &SettingPath<'_>, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| self.error(path, message)).ok()
    }

    /// Returns the warnings if no finding is an error.
    pub(super) fn into_result(mut self) -> Result<Vec<Finding>, SettingsError> {
        self.0.sort_by(|left, right| {
            right.severity.cmp(&left.severity).then_with(|| left.path.cmp(&right.path))
        });
        // The producer and the consumer may both have read the same wrong value.
        self.0.dedup();
        match self.0.first() {
            Some(first) if first.severity == Severity::Error => Err(SettingsError { findings: self.0 }),
            _ => Ok(self.0),
        }
    }
}

/// The path of a value in the settings, and the source of that value.
#[derive(Clone)]
pub(in crate::event_bus) struct SettingPath<'a> {
    path: String,
    origin: &'a str,
}

impl<'a> SettingPath<'a> {
    pub(in crate::event_bus) fn new(path: impl Into<String>, origin: &'a str) -> Self {
        Self { path: path.into(), origin }
    }

    /// Returns the path of `key` in the table at this path, written as in the annotations of Open edX's settings.
    pub(in crate::event_bus) fn key(&self, key: &str) -> Self {
        Self { path: format!("{}['{}']", self.path, key.escape_debug()), origin: self.origin }
    }
}

impl fmt::Display for SettingPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}
