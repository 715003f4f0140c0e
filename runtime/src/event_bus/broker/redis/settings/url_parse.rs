//! Reads a URL as redis-py reads it.

use std::{str::FromStr, time::Duration};

use percent_encoding::percent_decode_str;

use super::{
    url::{RedisLogin, RedisServer, RedisTls, RedisUrl},
    url_error::RedisUrlError,
};

const REDIS_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26_379;

const HOST: &str = "the host in the URL is not valid";
const PORT: &str = "the port in the URL is not a number up to 65535\nnote: it may be part of the password";

impl FromStr for RedisUrl {
    type Err = RedisUrlError;

    fn from_str(text: &str) -> Result<Self, RedisUrlError> {
        let (scheme, rest) = text.trim().split_once("://").unwrap_or_default();
        if !["redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel"].contains(&scheme) {
            return Err(wrong(
                "the URL does not begin with `redis://`, `rediss://` or `unix://`\nnote: for servers behind Sentinel, it \
                 begins with `redis+sentinel://` or `rediss+sentinel://`\nhelp: write a URL such as \
                 `redis://:password@localhost:6379/0`",
            ));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        if rest.contains('#') || (scheme != "unix" && rest[end..].contains('@')) {
            return Err(encode(
                "the URL has a `#`, or an `@` after a `/` or `?`\nnote: it is probably part of the password",
            ));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = login.split_once(':').unwrap_or((login, ""));
        let (server, db) = match scheme {
            "unix" if path.len() < 2 || !address.is_empty() => {
                return Err(wrong(
                    "the URL does not name a socket\nhelp: write a URL such as `unix:///run/redis.sock?db=0`",
                ));
            }
            "unix" => (RedisServer::Socket(decode(path).into()), ""),
            "redis" | "rediss" => {
                let (host, port) = read_address(address, REDIS_PORT)?;
                (RedisServer::Tcp(host, port), path)
            }
            _ => read_sentinel(address, path)?,
        };
        let some = |text: &str| (!text.is_empty()).then(|| decode(text));
        let mut url = Self::new(server);
        url.login = RedisLogin { username: some(username), password: some(password) };
        url.tls = scheme.starts_with("rediss").then(RedisTls::default);
        let db = decode(db);
        let db = db.trim_matches(['/', ' ']);
        if !db.is_empty() {
            url.db = db.parse().map_err(|_| {
                wrong(
                    "the path of the URL is not a database number\nnote: the Python services would use database \
                     0\nhelp: end the URL with `/0`, or remove its path",
                )
            })?;
        }
        url.read_options(query)?;
        Ok(url)
    }
}

impl RedisUrl {
    /// Reads options like `urllib.parse.parse_qs`: empty values are ignored, and the first of several values counts.
    fn read_options(&mut self, query: &str) -> Result<(), RedisUrlError> {
        let mut seen = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let [name, value] = [name, value].map(|part| decode(&part.replace('+', " ")));
            let is_set = !value.is_empty() && !seen.contains(&name);
            match (&*name, &mut self.server, &mut self.tls) {
                ("db" | "socket_timeout" | "ssl_cert_reqs" | "ssl_ca_certs", ..)
                | ("sentinel_username" | "sentinel_password", RedisServer::Sentinel { .. }, _)
                    if !is_set => {}
                ("db", ..) => {
                    let number = value.trim().parse();
                    self.db = number.map_err(|_| wrong_value("db", "a number from 0"))?;
                }
                ("socket_timeout", ..) => {
                    let time = value.trim().parse().ok().filter(|time: &f64| (0.001..=1e9).contains(time));
                    let time = time.ok_or_else(|| wrong_value(&name, "seconds, from 0.001"))?;
                    self.socket_timeout = Some(Duration::from_secs_f64(time));
                }
                ("ssl_cert_reqs" | "ssl_ca_certs", _, None) => {
                    return Err(RedisUrlError(format!(
                        "the URL has the option `{name}`, but no TLS\nnote: `redis://` and `unix://` are not \
                         encrypted\nhelp: begin the URL with `rediss://`, or remove the option"
                    )));
                }
                ("ssl_ca_certs", _, Some(tls)) => tls.ca_certs = Some(value.into()),
                ("ssl_cert_reqs", _, Some(tls)) => match &*value {
                    // A TLS server always has a certificate, so `optional` is as strict as `required`.
                    "required" | "optional" => {}
                    "none" => tls.accept_any_certificate = true,
                    _ => return Err(wrong_value(&name, "`required`, `optional` or `none`")),
                },
                ("sentinel_username", RedisServer::Sentinel { login, .. }, _) => login.username = Some(value),
                ("sentinel_password", RedisServer::Sentinel { login, .. }, _) => login.password = Some(value),
                _ => {
                    // A name that does not look like one may be part of a password.
                    let is_name =
                        name.len() <= 40 && name.chars().all(|one| one.is_ascii_lowercase() || one == '_');
                    return Err(RedisUrlError(format!(
                        "the URL has the unknown option `{}`\nnote: the known options are `db`, `ssl_cert_reqs`, \
                         `ssl_ca_certs` and `socket_timeout`, and with sentinels `sentinel_username` and \
                         `sentinel_password`; any other would have no effect\nhelp: remove it",
                        if is_name { &name } else { "…" }
                    )));
                }
            }
            if is_set {
                seen.push(name);
            }
        }
        Ok(())
    }
}

fn wrong(message: &str) -> RedisUrlError {
    RedisUrlError(message.to_owned())
}

/// Makes an error that a user name or password may have caused.
fn encode(message: &str) -> RedisUrlError {
    RedisUrlError(format!(
        "{message}\nhelp: write `:`, `/`, `@`, `#`, `?` and `%` in a user name or password as `%3A`, `%2F`, `%40`, `%23`, \
         `%3F` and `%25`"
    ))
}

fn wrong_value(name: &str, value: &str) -> RedisUrlError {
    RedisUrlError(format!("the option `{name}` of the URL has an invalid value\nhelp: write {value}"))
}

/// Reads `host:port,host` and `/service/db`. Returns the database as it is written.
fn read_sentinel<'a>(addresses: &str, path: &'a str) -> Result<(RedisServer, &'a str), RedisUrlError> {
    let read = |address: &str| match address {
        // An empty address is a mistake; it does not mean this machine.
        "" => Err(encode(HOST)),
        address => read_address(address, SENTINEL_PORT),
    };
    let sentinels = addresses.split(',').map(read).collect::<Result<_, _>>()?;
    let path = path.trim_matches('/');
    let (service, db) = path.split_once('/').unwrap_or((path, ""));
    let service = decode(service);
    if service.is_empty() || service.contains(|one: char| one.is_whitespace() || one.is_control()) {
        return Err(wrong(
            "the URL does not name the primary\nnote: sentinels know the primary by a name\nhelp: write the name after the \
             sentinels, as in `redis+sentinel://one:26379,two:26379/events/0`",
        ));
    }
    Ok((RedisServer::Sentinel { sentinels, service, login: RedisLogin::default() }, db))
}

/// Reads `host`, `host:port`, `[::1]:port`, or nothing.
fn read_address(address: &str, default_port: u16) -> Result<(String, u16), RedisUrlError> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or_else(|| encode(HOST))?;
            (host, if port.is_empty() { "" } else { port.strip_prefix(':').ok_or_else(|| encode(HOST))? })
        }
        None => address.split_once(':').unwrap_or((address, "")),
    };
    let port = match port {
        "" => default_port,
        port if port.bytes().all(|digit| digit.is_ascii_digit()) => port.parse().map_err(|_| encode(PORT))?,
        _ => return Err(encode(PORT)),
    };
    let host = decode(host).to_lowercase();
    // If the `:` and the `@` of a login are percent-encoded by mistake, the password is part of the host.
    let is_bracketed = address.starts_with('[');
    let is_illegal = |one: char| match one {
        ':' | '%' => !is_bracketed,
        _ => one.is_whitespace() || one.is_control() || "@/?#[]\\".contains(one),
    };
    if host.contains(is_illegal) {
        return Err(encode(HOST));
    }
    let host = if host.is_empty() { "localhost".to_owned() } else { host };
    Ok((host, if port == 0 { default_port } else { port }))
}

/// Decodes like `urllib.parse.unquote`: an invalid escape stays unchanged.
fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
