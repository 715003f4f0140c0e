//! Messages about strings that are not Redis URLs.

use std::{error::Error, fmt};

/// Why a string is not a Redis URL. It does not contain the string, because any part of it may be a password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrlError(String);

pub(super) const SCHEME: &str = "the URL does not begin with `redis://`, `rediss://` or `unix://`\nnote: for servers behind \
    Sentinel, it begins with `redis+sentinel://` or `rediss+sentinel://`\nhelp: write a URL such as \
    `redis://:password@localhost:6379/0`";
pub(super) const UNENCODED: &str =
    "the URL has a `#`, or an `@` after a `/` or `?`\nnote: it is probably part of the password";
pub(super) const HOST: &str = "the host in the URL is not valid";
pub(super) const PORT: &str =
    "the port in the URL is not a number up to 65535\nnote: it may be part of the password";
pub(super) const SOCKET: &str =
    "the URL does not name a socket\nhelp: write a URL such as `unix:///run/redis.sock?db=0`";
pub(super) const DATABASE: &str = "the path of the URL is not a database number\nnote: the Python services would use \
    database 0\nhelp: end the URL with `/0`, or remove its path";
pub(super) const PRIMARY: &str = "the URL does not name the primary\nnote: sentinels know the primary by a name\nhelp: write \
    the name after the sentinels, as in `redis+sentinel://one:26379,two:26379/events/0`";

pub(super) fn wrong(message: &str) -> RedisUrlError {
    RedisUrlError(message.to_owned())
}

/// Makes an error that a user name or password may have caused.
pub(super) fn encode(message: &str) -> RedisUrlError {
    RedisUrlError(format!(
        "{message}\nhelp: write `:`, `/`, `@`, `#`, `?` and `%` in a user name or password as `%3A`, `%2F`, `%40`, `%23`, \
         `%3F` and `%25`"
    ))
}

pub(super) fn unknown_option(name: &str) -> RedisUrlError {
    RedisUrlError(format!(
        "the URL has the unknown option `{name}`\nnote: the known options are `db`, `ssl_cert_reqs`, `ssl_ca_certs` and \
         `socket_timeout`, and with sentinels `sentinel_username` and `sentinel_password`; any other would have no \
         effect\nhelp: remove it"
    ))
}

pub(super) fn wrong_value(name: &str, value: &str) -> RedisUrlError {
    RedisUrlError(format!("the option `{name}` of the URL has an invalid value\nhelp: write {value}"))
}

pub(super) fn needs_tls(name: &str) -> RedisUrlError {
    RedisUrlError(format!(
        "the URL has the option `{name}`, but no TLS\nnote: `redis://` and `unix://` are not encrypted\nhelp: begin the \
         URL with `rediss://`, or remove the option"
    ))
}

/// Prints the same as `Display`, because a `main` that returns this error prints its `Debug` form.
impl fmt::Debug for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for RedisUrlError {}
