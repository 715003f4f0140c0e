//! URLs of our own for servers behind Sentinel.

use std::fmt;

use super::{
    RedisUrlError,
    parse::{decode, read_address},
};

/// Where a URL says that sentinels know the server.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sentinel {
    /// With their ports; one at least.
    pub(super) addresses: Vec<(String, u16)>,
    /// The name of the primary.
    pub(super) service: String,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) tls: bool,
}

const DEFAULT_PORT: u16 = 26_379;

impl Sentinel {
    /// Reads `host:port,host` and `/service/db`. Returns the text of the database too.
    pub(super) fn read(addresses: &str, path: &str, tls: bool) -> Result<(Self, String), RedisUrlError> {
        let address = |text: &str| {
            let address = read_address(text, DEFAULT_PORT)?;
            // An empty place in the list is a slip, and not this machine.
            if text.is_empty() { Err(RedisUrlError::Host) } else { Ok(address) }
        };
        let addresses = addresses.split(',').map(address).collect::<Result<_, _>>()?;
        let (service, db) = path.trim_matches('/').split_once('/').unwrap_or((path.trim_matches('/'), ""));
        let service = decode(service);
        if service.is_empty() || service.contains(|one: char| one.is_whitespace() || one.is_control()) {
            return Err(RedisUrlError::Sentinel);
        }
        Ok((Self { addresses, service, username: None, password: None, tls }, decode(db)))
    }
}

/// What comes between the login and the options.
impl fmt::Display for Sentinel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (host, port)) in self.addresses.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            if host.contains(':') {
                write!(f, "{separator}[{host}]:{port}")?;
            } else {
                write!(f, "{separator}{host}:{port}")?;
            }
        }
        write!(f, "/{}", self.service)
    }
}
