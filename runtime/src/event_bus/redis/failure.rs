//! What goes wrong between this process and a server, and whether it may pass by itself.

use std::{io, sync::Arc};

use super::connection::is_timeout;
use crate::event_bus::error::BusError;

/// Why a call did not do what it should.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The connection is gone or no longer usable. What was sent may have arrived.
    Connection { what: String, source: Option<Arc<io::Error>>, timed_out: bool },
    /// The server answered with an error.
    Server { code: String, text: String },
    /// The server's answer is not what the command answers.
    Reply { to: &'static str },
    /// The settings cannot work.
    Settings(String),
    /// The group is there, and was to begin after an entry.
    GroupExists { topic: String, group: String },
}

impl Trouble {
    pub(super) fn connection(what: impl Into<String>, error: io::Error) -> Self {
        if let Some(error) = bad_certificate(&error) {
            return Self::Settings(format!("the server's certificate cannot be trusted: {error}"));
        }
        let timed_out = is_timeout(&error);
        Self::Connection { what: what.into(), source: Some(Arc::new(error)), timed_out }
    }

    pub(super) fn timeout(what: impl Into<String>) -> Self {
        Self::Connection { what: what.into(), source: None, timed_out: true }
    }

    pub(super) fn unreachable(what: impl Into<String>) -> Self {
        Self::Connection { what: what.into(), source: None, timed_out: false }
    }

    /// An error of the server: a code and a text.
    pub(super) fn server(error: &[u8]) -> Self {
        let error = String::from_utf8_lossy(error);
        let (code, text) = error.split_once(' ').unwrap_or((&error, ""));
        // Servers quote the arguments of a command that they do not know.
        let text = text.split(", with args beginning with").next().unwrap_or_default();
        Self::Server { code: code.to_owned(), text: text.chars().take(200).collect() }
    }

    /// Whether the server said this error, such as `NOGROUP`.
    pub(super) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Server { code, .. } if code == wanted)
    }

    /// The server neither has the command nor lets this user call it.
    pub(super) fn is_refused_command(&self) -> bool {
        match self {
            Self::Server { code, text } => {
                code == "NOPERM" || (code == "ERR" && text.to_ascii_lowercase().contains("unknown"))
            }
            _ => false,
        }
    }

    /// Whether the connection has to be dropped: it is broken, or leads to a server that cannot serve.
    pub(super) fn breaks_connection(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Reply { .. } => true,
            Self::Server { .. } => self.is_transient() && !self.is("NOGROUP"),
            Self::Settings(_) | Self::GroupExists { .. } => false,
        }
    }

    pub(super) fn is_transient(&self) -> bool {
        /// The server is there, but not now, or not as a primary.
        const PASSING: &[&str] = &[
            "LOADING",
            "READONLY",
            "MASTERDOWN",
            "CLUSTERDOWN",
            "TRYAGAIN",
            "NOGROUP",
            "UNBLOCKED",
            "BUSY",
            "NOREPLICAS",
            "MISCONF",
            "OOM",
            "UNKILLABLE",
        ];
        match self {
            Self::Connection { .. } => true,
            Self::Server { code, text } => {
                PASSING.contains(&code.as_str())
                    || (code == "ERR" && text.starts_with("max number of clients"))
            }
            Self::Reply { .. } | Self::Settings(_) | Self::GroupExists { .. } => false,
        }
    }

    /// The error for those who use the bus; `action` is what was tried.
    pub(super) fn into_error(self, action: &str) -> BusError {
        let is_transient = self.is_transient();
        let (text, source) = match self {
            Self::Connection { what, source, .. } => (format!("{action}: {what}"), source),
            Self::Server { code, text } => (format!("{action}: Redis says `{code} {text}`"), None),
            Self::Reply { to } => {
                (format!("{action}: the server's answer to `{to}` is not understood"), None)
            }
            Self::Settings(text) => (format!("{action}: {text}"), None),
            Self::GroupExists { topic, group } => return BusError::group_exists(&topic, &group),
        };
        let error = if is_transient { BusError::transient(text) } else { BusError::lasting(text) };
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// A certificate that is not trusted stays so until somebody changes it or the settings.
fn bad_certificate(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    matches!(inner, rustls::Error::InvalidCertificate(_)).then_some(inner)
}
