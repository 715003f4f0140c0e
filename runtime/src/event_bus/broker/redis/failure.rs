//! What goes wrong between this process and a server, and whether it may pass by itself.

use std::{error::Error, io, sync::Arc};

use redis::{RedisError, ServerError};

use crate::event_bus::broker::error::BusError;

/// Why a call did not do what it should.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The connection is gone or no longer usable. What was sent may have arrived.
    Connection { what: String, source: Option<RedisError>, timed_out: bool },
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
    pub(super) fn connection(what: impl Into<String>, error: RedisError) -> Self {
        if let Some(error) = bad_certificate(&error) {
            return Self::Settings(format!("the server's certificate cannot be trusted: {error}"));
        }
        // Other errors than those of the system may quote what was received, which may be personal data.
        let timed_out = error.is_timeout();
        let source = error.is_io_error().then_some(error);
        Self::Connection { what: what.into(), source, timed_out }
    }

    pub(super) fn timeout(what: impl Into<String>) -> Self {
        Self::Connection { what: what.into(), source: None, timed_out: true }
    }

    pub(super) fn unreachable(what: impl Into<String>) -> Self {
        Self::Connection { what: what.into(), source: None, timed_out: false }
    }

    pub(super) fn server(error: &ServerError) -> Self {
        // Servers quote the arguments of a command that they do not know.
        let details = error.details().unwrap_or_default();
        let text = details.split(", with args beginning with").next().unwrap_or_default();
        Self::Server { code: error.code().to_owned(), text: text.chars().take(200).collect() }
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
        let error = if is_transient { BusError::transient(text) } else { BusError::permanent(text) };
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// A certificate that is not trusted stays so until somebody changes it or the settings.
fn bad_certificate(error: &RedisError) -> Option<&rustls::Error> {
    // The client shares the error of the system, which holds that of the encryption.
    let shared = error.source()?.downcast_ref::<Arc<dyn Error + Send + Sync>>()?;
    let inner = shared.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref::<rustls::Error>()?;
    matches!(inner, rustls::Error::InvalidCertificate(_)).then_some(inner)
}
