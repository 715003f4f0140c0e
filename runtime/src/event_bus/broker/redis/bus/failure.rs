//! Why a call to a server failed, and whether the failure may pass by itself.

use std::{io, sync::Arc};

use redis::ServerError;

use crate::event_bus::broker::BusError;

/// Why a call to a server failed.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The connection broke or cannot be used. The commands may have arrived.
    Connection { what: String, source: Option<Arc<io::Error>>, timed_out: bool },
    /// The server replied with an error.
    Server { code: String, text: String },
    /// The reply does not have the form that the command promises.
    Reply { to: &'static str },
    /// The call fails until an operator changes the settings or the server.
    Permanent(String),
    /// The group already exists, but the member should begin after an entry or at a time.
    GroupExists { topic: String, group: String },
}

/// Why a cluster of several shards cannot be used.
pub(super) const SHARDS: &str = "the server is one of several shards of a Redis cluster, and the event bus needs all its streams on \
                                 one server: use a cluster with one shard, or a server that is not in cluster mode";

impl Trouble {
    pub(super) fn connection(what: impl Into<String>, error: io::Error) -> Self {
        if let Some(error) = bad_certificate(&error) {
            return Self::Permanent(format!(
                "the server's certificate is not trusted: {error}; set `ssl_ca_certs` to the file of its certificate authority"
            ));
        }
        let timed_out = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock);
        Self::Connection { what: what.into(), source: Some(Arc::new(error)), timed_out }
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
        if matches!(error.code(), "MOVED" | "ASK" | "CROSSSLOT") {
            return Self::Permanent(SHARDS.to_owned());
        }
        Self::Server { code: error.code().to_owned(), text: text.chars().take(200).collect() }
    }

    /// Returns whether the server replied with this error code.
    pub(super) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Server { code, .. } if code == wanted)
    }

    /// Returns whether the group was lost: it does not exist, or it was deleted while a read waited for entries.
    pub(super) fn is_lost_group(&self) -> bool {
        self.is("NOGROUP") || self.is("UNBLOCKED")
    }

    /// Returns whether the server does not have the command, or forbids it to this user.
    pub(super) fn is_refused_command(&self) -> bool {
        matches!(self, Self::Server { code, text }
            if code == "NOPERM" || (code == "ERR" && text.to_ascii_lowercase().contains("unknown")))
    }

    /// Returns whether `XINFO` replied that the stream does not exist.
    pub(super) fn is_missing_key(&self) -> bool {
        matches!(self, Self::Server { text, .. } if text.contains("no such key"))
    }

    /// Returns whether to drop the connection: it is broken, or its server cannot serve now.
    pub(super) fn breaks_connection(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Reply { .. } => true,
            Self::Server { .. } => self.is_transient() && !self.is("NOGROUP"),
            Self::Permanent(_) | Self::GroupExists { .. } => false,
        }
    }

    pub(super) fn is_transient(&self) -> bool {
        /// The server runs, but it cannot serve now, or not as a primary.
        const TRANSIENT: &str = "LOADING READONLY MASTERDOWN CLUSTERDOWN TRYAGAIN NOGROUP UNBLOCKED BUSY NOREPLICAS \
                                 MISCONF OOM UNKILLABLE";
        match self {
            Self::Connection { .. } => true,
            Self::Server { code, text } => {
                TRANSIENT.split(' ').any(|known| known == code)
                    || (code == "ERR" && text.starts_with("max number of clients"))
            }
            Self::Reply { .. } | Self::Permanent(_) | Self::GroupExists { .. } => false,
        }
    }

    /// Makes the error for users of the bus; `action` names what was tried.
    pub(super) fn into_error(self, action: &str) -> BusError {
        let is_transient = self.is_transient();
        let (reason, source) = match self {
            Self::Connection { what, source, .. } => (what, source),
            Self::Server { code, text } => (format!("Redis says `{code} {text}`"), None),
            Self::Reply { to } => (format!("the server's reply to `{to}` has an unknown form"), None),
            Self::Permanent(reason) => (reason, None),
            Self::GroupExists { topic, group } => return BusError::group_exists(&topic, &group),
        };
        let message = format!("{action}: {reason}");
        let error = if is_transient { BusError::transient(message) } else { BusError::permanent(message) };
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// Finds the certificate error in an error of a connection. Trying again cannot help against it.
fn bad_certificate(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    matches!(inner, rustls::Error::InvalidCertificate(_)).then_some(inner)
}
