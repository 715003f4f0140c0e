//! The settings of Redis, which are read and checked in every program, with or without the feature `redis`. This folder
//! may use the tables of `settings`.

mod built_in;
pub(in crate::event_bus) mod url;
pub(in crate::event_bus) mod url_error;
mod url_parse;

use std::time::Duration;

use self::{url::RedisUrl, url_error::RedisUrlError};
use crate::event_bus::settings::{
    row::settings,
    value::{Given, count, positive_seconds, string},
};

settings! {
    /// What only Redis needs.
    pub struct RedisSettings {
        /// The URL of the server, such as `redis://:password@localhost:6379/0`; for servers behind Sentinel, such as
        /// `redis+sentinel://one:26379,two:26379/primary/0`. See [`RedisUrl`].
        "EVENT_BUS_REDIS_CONNECTION_URL" => connection_url: Option<RedisUrl> = None, url;
        /// About how many messages a stream keeps, at least 1.
        "EVENT_BUS_REDIS_STREAM_MAX_LEN" => stream_max_len: u64 = 10_000, count::<u64, 1>;
        /// About how many seconds a stream keeps a message.
        "EVENT_BUS_REDIS_STREAM_MAX_AGE" => stream_max_age: Option<Duration> = None, positive_seconds;
    }
}

fn url(given: Given<'_>) -> Result<RedisUrl, String> {
    string(given)?.parse().map_err(|error: RedisUrlError| error.to_string())
}
