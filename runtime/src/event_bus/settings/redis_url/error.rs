//! What is said of a text that is no Redis URL.

use std::fmt;

/// Why a text is no Redis URL. It does not hold the text, in which a password may be anywhere.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisUrlError {
    /// It does not begin with `redis://`, `rediss://` or `unix://`, nor as those of sentinels do.
    Scheme,
    /// It has a `#`, or an `@` after a `/` or `?`: most likely inside a password.
    Unencoded,
    /// The host is not one.
    Host,
    /// The port is no number up to 65535.
    Port,
    /// The path is no number of a database.
    Database,
    /// The URL of a Unix socket has no path, or a host.
    Socket,
    /// The URL of sentinels does not name the primary.
    Sentinel,
    /// An option is not one of those that there are.
    UnknownOption(String),
    /// The option of that name needs another value.
    Option(&'static str, &'static str),
    /// The option of that name is about TLS, and the URL is not.
    NeedsTls(&'static str),
}

/// The text of `Display`, which is what a `main` that returns it prints.
impl fmt::Debug for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RedisUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ENCODE: &str = "write `:`, `/`, `@`, `#`, `?` and `%` in a user name or password as `%3A`, `%2F`, `%40`, \
                              `%23`, `%3F` and `%25`";
        match self {
            Self::Scheme => f.write_str(
                "the URL does not begin with `redis://`, `rediss://` or `unix://`\nnote: the others are no Redis \
                 servers; sentinels have `redis+sentinel://` and `rediss+sentinel://`\nhelp: write it as in `redis://:password@localhost:6379/0`",
            ),
            Self::Unencoded => write!(
                f,
                "the URL has a `#`, or an `@` after a `/` or `?`\nnote: most likely that is part of the \
                 password\nhelp: {ENCODE}"
            ),
            Self::Host => write!(f, "the URL has a host that cannot be one\nhelp: {ENCODE}"),
            Self::Port => write!(
                f,
                "the port of the URL is no number up to 65535\nnote: that is also so when the password has a \
                 character that ends it\nhelp: {ENCODE}"
            ),
            Self::Database => f.write_str(
                "the path of the URL is no number of a database\nnote: the Python services would use database \
                 0\nhelp: end the URL in `/0`, or in nothing",
            ),
            Self::Socket => f.write_str(
                "the URL names no socket\nhelp: write it as in `unix:///run/redis.sock?db=0`",
            ),
            Self::Sentinel => f.write_str(
                "the URL does not name the primary\nnote: sentinels know it under a name\nhelp: write it after the \
                 sentinels, as in `redis+sentinel://one:26379,two:26379/events/0`",
            ),
            Self::UnknownOption(name) => write!(
                f,
                "the URL has the option `{name}`, which is not known\nnote: the known ones are `db`, \
                 `ssl_cert_reqs`, `ssl_ca_certs` and `socket_timeout`, with sentinels also `sentinel_username` and \
                 `sentinel_password`; another would have no effect\nhelp: take it out"
            ),
            Self::Option(name, value) => {
                write!(f, "the option `{name}` of the URL has a wrong value\nhelp: write {value}")
            }
            Self::NeedsTls(name) => write!(
                f,
                "the URL has the option `{name}`, and no TLS\nnote: `redis://` and `unix://` are not \
                 encrypted\nhelp: begin it with `rediss://`, or take the option out"
            ),
        }
    }
}

impl std::error::Error for RedisUrlError {}
