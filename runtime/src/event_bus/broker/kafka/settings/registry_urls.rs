//! `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL`: a list of URLs.

use crate::event_bus::settings::value::{Given, string};

const HELP: &str = "help: write a URL such as `https://registry.example.org:8081`";

/// Reads the list. Returns each URL without the slashes at its end.
pub(super) fn read(given: Given<'_>) -> Result<Vec<String>, String> {
    string(given)?.split(',').map(read_one).collect()
}

/// Reads one URL. The messages do not quote it, because it may have a password.
fn read_one(url: &str) -> Result<String, String> {
    let url = url.trim().trim_end_matches('/');
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else {
        return Err(format!("a URL does not begin with `http://` or `https://`\n{HELP}"));
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return Err(
            "a URL contains a user or a password\nnote: they have settings of their own, so that the URL can be logged\nhelp: \
             move them to `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY` and `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_SECRET`"
                .to_owned(),
        );
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, "80"),
    };
    let is_illegal = |one: char| one.is_whitespace() || one.is_control() || "?#@\"<>\\^`{|}".contains(one);
    if name.is_empty() || rest.contains(is_illegal) {
        return Err(format!("a URL is not valid\n{HELP}"));
    }
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(format!("the port in a URL is not a number from 1 to 65535\n{HELP}"));
    }
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Given, read};

    fn urls(list: &str) -> Result<Vec<String>, String> {
        read(Given { value: &json!(list), is_variable: false })
    }

    #[test]
    fn lists_are_read() {
        let list = "http://one:8081/, https://[::1]/apis/ccompat/v7 ,http://two";
        let read = ["http://one:8081", "https://[::1]/apis/ccompat/v7", "http://two"];
        assert_eq!(urls(list).unwrap(), read);
    }

    #[test]
    fn mistakes_are_named_without_the_value() {
        for (list, first_line) in [
            ("one:8081", "a URL does not begin with `http://` or `https://`"),
            ("http://one,", "a URL does not begin with `http://` or `https://`"),
            ("http://user:s3cret@one", "a URL contains a user or a password"),
            ("http://", "a URL does not begin with `http://` or `https://`"),
            ("http://:80", "a URL is not valid"),
            ("http://one?x=s3cret", "a URL is not valid"),
            ("http://one two", "a URL is not valid"),
            ("http://one:s3cret", "the port in a URL is not a number from 1 to 65535"),
        ] {
            let message = urls(list).unwrap_err();
            assert_eq!(message.lines().next(), Some(first_line), "{list}");
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
