//! The lines that `check` prints.

use std::fmt::Display;

use crate::event_bus::settings::{Finding, Severity};

/// Findings, one line each, in the order in which they are printed.
#[derive(Default)]
pub(super) struct FindingLines {
    pub(super) lines: Vec<String>,
    pub(super) has_errors: bool,
}

impl FindingLines {
    pub(super) fn errors(&mut self, found: impl IntoIterator<Item: Display>) {
        let before = self.lines.len();
        self.lines.extend(found.into_iter().map(|finding| finding.to_string()));
        self.has_errors |= self.lines.len() > before;
    }

    /// Adds findings that may be intended.
    pub(super) fn warnings(&mut self, found: impl IntoIterator<Item: Display>) {
        self.lines.extend(found.into_iter().map(|finding| format!("warning: {finding}")));
    }

    pub(super) fn settings(&mut self, found: &[Finding]) {
        let line = |finding: &Finding| format!("settings: {}", finding.to_string().replace("\n  ", "; "));
        self.lines.extend(found.iter().map(line));
        self.has_errors |= found.iter().any(|finding| finding.severity == Severity::Error);
    }
}
