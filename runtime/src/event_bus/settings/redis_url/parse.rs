//! The URL read as redis-py reads it.

use std::{str::FromStr, time::Duration};

use percent_encoding::percent_decode_str;

use super::{CertReqs, DEFAULT_PORT, RedisUrl, RedisUrlError, Sentinel, Server};

/// What may be after the `?` of any URL.
const OPTIONS: [&str; 4] = ["db", "ssl_cert_reqs", "ssl_ca_certs", "socket_timeout"];

impl FromStr for RedisUrl {
    type Err = RedisUrlError;

    fn from_str(text: &str) -> Result<Self, RedisUrlError> {
        let (scheme, rest) = text.trim().split_once("://").unwrap_or_default();
        if !["redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel"].contains(&scheme) {
            return Err(RedisUrlError::Scheme);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        if rest.contains('#') || (scheme != "unix" && rest[end..].contains('@')) {
            return Err(RedisUrlError::Unencoded);
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = login.split_once(':').unwrap_or((login, ""));
        let some = |text: &str| (!text.is_empty()).then(|| decode(text));

        let mut url = Self {
            server: Server::Socket { path: decode(path) },
            username: some(username),
            password: some(password),
            db: 0,
            ssl_cert_reqs: CertReqs::default(),
            ssl_ca_certs: None,
            socket_timeout: None,
        };
        if scheme == "unix" {
            if path.len() < 2 || !address.is_empty() {
                return Err(RedisUrlError::Socket);
            }
        } else {
            let tls = scheme.starts_with("rediss");
            let db;
            if scheme.ends_with("+sentinel") {
                let (sentinel, rest) = Sentinel::read(address, path, tls)?;
                (url.server, db) = (Server::Sentinel(sentinel), rest);
            } else {
                let (host, port) = read_address(address, DEFAULT_PORT)?;
                (url.server, db) = (Server::Tcp { host, port, tls }, decode(path));
            }
            let db = db.trim_matches(['/', ' ']);
            if !db.is_empty() {
                url.db = db.parse().map_err(|_| RedisUrlError::Database)?;
            }
        }
        url.read_options(query)?;
        Ok(url)
    }
}

impl RedisUrl {
    /// As in `urllib.parse.parse_qs`: without empty values, and the first counts.
    fn read_options(&mut self, query: &str) -> Result<(), RedisUrlError> {
        let mut seen = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let [name, value] = [name, value].map(|part| decode(&part.replace('+', " ")));
            let is_of_sentinel = ["sentinel_username", "sentinel_password"].contains(&&*name);
            if !(OPTIONS.contains(&&*name) || (is_of_sentinel && self.sentinel().is_some())) {
                let is_name =
                    name.chars().all(|one| one.is_ascii_lowercase() || one == '_') && name.len() <= 40;
                return Err(RedisUrlError::UnknownOption(if is_name { name } else { "…".to_owned() }));
            }
            if value.is_empty() || seen.contains(&name) {
                continue;
            }
            let tls = self.tls();
            match (&*name, &mut self.server) {
                ("sentinel_username", Server::Sentinel(sentinel)) => sentinel.username = Some(value),
                ("sentinel_password", Server::Sentinel(sentinel)) => sentinel.password = Some(value),
                ("db", _) => {
                    let number = value.trim().parse();
                    self.db = number.map_err(|_| RedisUrlError::Option("db", "a number from 0"))?;
                }
                ("socket_timeout", _) => {
                    let time = value.trim().parse().ok().filter(|time: &f64| (0.001..=1e9).contains(time));
                    let time = time.ok_or(RedisUrlError::Option("socket_timeout", "seconds, from 0.001"))?;
                    self.socket_timeout = Some(Duration::from_secs_f64(time));
                }
                _ if !tls => {
                    return Err(RedisUrlError::NeedsTls(if name == "ssl_ca_certs" {
                        "ssl_ca_certs"
                    } else {
                        "ssl_cert_reqs"
                    }));
                }
                ("ssl_cert_reqs", _) => {
                    self.ssl_cert_reqs = match &*value {
                        "required" => CertReqs::Required,
                        "optional" => CertReqs::Optional,
                        "none" => CertReqs::None,
                        _ => {
                            return Err(RedisUrlError::Option(
                                "ssl_cert_reqs",
                                "`required`, `optional` or `none`",
                            ));
                        }
                    }
                }
                _ => self.ssl_ca_certs = Some(value),
            }
            seen.push(name);
        }
        Ok(())
    }
}

/// `host`, `host:port`, `[::1]:port`, or nothing.
pub(super) fn read_address(address: &str, default_port: u16) -> Result<(String, u16), RedisUrlError> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(RedisUrlError::Host)?;
            (host, if port.is_empty() { "" } else { port.strip_prefix(':').ok_or(RedisUrlError::Host)? })
        }
        None => address.split_once(':').unwrap_or((address, "")),
    };
    let port = match port {
        "" => default_port,
        port if port.bytes().all(|digit| digit.is_ascii_digit()) => {
            port.parse().map_err(|_| RedisUrlError::Port)?
        }
        _ => return Err(RedisUrlError::Port),
    };
    let host = decode(host).to_lowercase();
    // Among others where the `:` and the `@` of a login are encoded too, which would make a host of the password.
    let is_bracketed = address.starts_with('[');
    let is_illegal = |one: char| match one {
        ':' | '%' => !is_bracketed,
        _ => one.is_whitespace() || one.is_control() || "@/?#[]\\".contains(one),
    };
    if host.contains(is_illegal) {
        return Err(RedisUrlError::Host);
    }
    let host = if host.is_empty() { "localhost".to_owned() } else { host };
    Ok((host, if port == 0 { default_port } else { port }))
}

/// As `urllib.parse.unquote`: what is no escape stays as it is.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
