//! `EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS`: a list of hosts and ports.

use crate::event_bus::settings::value::{Given, string};

/// The prefixes that librdkafka knows.
const PROTOCOLS: [&str; 4] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];
const HELP: &str = "help: write a list such as `one.example.org:9092,two.example.org:9092`";

/// Reads the list. Returns it without blanks.
pub(super) fn read(given: Given<'_>) -> Result<String, String> {
    let list = string(given)?;
    let servers: Vec<_> = list.split(',').map(str::trim).collect();
    servers.iter().try_for_each(|server| check(server))?;
    Ok(servers.join(","))
}

/// Checks one server. The messages do not quote it, because a URL that was written to the wrong setting may have a password.
fn check(server: &str) -> Result<(), String> {
    let address = match server.split_once("://") {
        Some((protocol, address)) if PROTOCOLS.contains(&protocol) => address,
        Some(_) => {
            return Err(format!(
                "a server is written as a URL\nnote: brokers are named by host and port, without `http://` or the like\n{HELP}"
            ));
        }
        None => server,
    };
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').unwrap_or_default();
            (host, port.strip_prefix(':').unwrap_or(port))
        }
        None => address.split_once(':').unwrap_or((address, "9092")),
    };
    if server.is_empty() {
        return Err(format!("the list has an empty entry\n{HELP}"));
    }
    if host.is_empty() || host.contains(|one: char| one.is_whitespace() || "@/?#".contains(one)) {
        return Err(format!("the host of a server is not valid\n{HELP}"));
    }
    let is_port = port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    if is_port {
        Ok(())
    } else {
        Err(format!("the port of a server is not a number from 1 to 65535\n{HELP}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Given, read};

    #[test]
    fn lists_are_read() {
        for (list, read_as) in [
            ("one:9092", "one:9092"),
            (" one:9092 , two ", "one:9092,two"),
            ("[::1]:9092,10.0.0.1:1", "[::1]:9092,10.0.0.1:1"),
            ("SASL_SSL://one:9093", "SASL_SSL://one:9093"),
        ] {
            assert_eq!(read(Given { value: &json!(list), is_variable: false }).as_deref(), Ok(read_as));
        }
    }

    #[test]
    fn mistakes_are_named_without_the_value() {
        for (list, first_line) in [
            ("one:9092,", "the list has an empty entry"),
            ("http://s3cret:s3cret@one:9092", "a server is written as a URL"),
            ("s3cret@one:9092", "the host of a server is not valid"),
            (":9092", "the host of a server is not valid"),
            ("[::1:9092", "the host of a server is not valid"),
            ("one two:9092", "the host of a server is not valid"),
            ("one:s3cret", "the port of a server is not a number from 1 to 65535"),
            ("one:0", "the port of a server is not a number from 1 to 65535"),
        ] {
            let message = read(Given { value: &json!(list), is_variable: false }).unwrap_err();
            assert_eq!(message.lines().next(), Some(first_line), "{list}");
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
