//! What is wrong with settings, and the error that carries all of it.

use std::{error::Error, fmt};

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The settings can be used, and may not do what was meant.
    Warning,
    /// The settings cannot be used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong, or odd, in the settings.
///
/// It never holds a password: of a Redis URL it says what is wrong, not what is written.
///
/// ```
/// use openedx_events::event_bus::Settings;
/// use serde_json::json;
///
/// let error = Settings::from_value(json!({"EVENT_BUS_PRODUCER_DELIVRY": "wait"})).unwrap_err();
/// let [finding] = error.findings() else { unreachable!() };
/// assert_eq!(finding.path(), "EVENT_BUS_PRODUCER_DELIVRY");
/// assert!(finding.message().contains("help: write `EVENT_BUS_PRODUCER_DELIVERY`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    severity: Severity,
    path: String,
    origin: String,
    message: String,
}

impl Finding {
    /// Whether it keeps the settings from being used.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where in the settings, as in `EVENT_BUS_PRODUCER_CONFIG['org.example.….v1']['topic']['enabled']`; the
    /// path of the file where the file cannot be read.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the setting was read from, as in `/etc/lms.env.yml` or `the environment`; empty for what is not
    /// set, and for settings from code.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is wrong; then, on lines of their own, why (`note: …`) and what to write (`help: …`).
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`", self.severity, self.path)?;
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
    /// Of one error.
    pub(super) fn of(place: &Place<'_>, message: impl Into<String>) -> Self {
        let mut findings = Findings::default();
        findings.error(place, message);
        Self { findings: findings.0 }
    }

    /// All findings; at least one is an error.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// The text of `Display`, which is what a `main` that returns it prints.
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

/// Collects findings, so that all are reported in one go.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn error(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.push(Severity::Error, place, message.into());
    }

    pub(super) fn warning(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.push(Severity::Warning, place, message.into());
    }

    pub(super) fn push(&mut self, severity: Severity, place: &Place<'_>, message: String) {
        let (path, origin) = (place.path.clone(), place.origin.to_owned());
        self.0.push(Finding { severity, path, origin, message });
    }

    /// The warnings where no finding is an error.
    pub(super) fn into_result(mut self) -> Result<Vec<Finding>, SettingsError> {
        self.0.sort_by(|left, right| {
            right.severity.cmp(&left.severity).then_with(|| left.path.cmp(&right.path))
        });
        match self.0.first() {
            Some(first) if first.severity == Severity::Error => Err(SettingsError { findings: self.0 }),
            _ => Ok(self.0),
        }
    }
}

/// A place in the settings: its path, and what it was read from.
#[derive(Clone)]
pub(super) struct Place<'a> {
    path: String,
    origin: &'a str,
}

impl<'a> Place<'a> {
    pub(super) fn new(path: impl Into<String>, origin: &'a str) -> Self {
        Self { path: path.into(), origin }
    }

    /// The value of `key` in the table at this place, written as in the annotations of Open edX's settings.
    pub(super) fn key(&self, key: &str) -> Self {
        Self { path: format!("{}['{}']", self.path, key.escape_debug()), origin: self.origin }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}
