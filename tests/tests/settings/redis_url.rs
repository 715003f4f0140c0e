//! URLs of Redis servers, whose passwords must stay secret.

use std::time::Duration;

use openedx_events::event_bus::{
    Settings,
    settings::{RedisServer, RedisUrl},
};
use serde_json::json;

use super::only;

#[test]
fn errors_and_debug_contain_no_password() {
    for url in [
        "redis://:hushhush@h:99999",
        "redis://:hushhush/x@h",
        "redis://:hushhush#x@h",
        "redis://:12?hushhush@h",
        "redis://:12/hushhush@h",
        "http://:hushhush@h",
        "redis://h/hushhush",
        "redis://u:hushhush@[h",
        "rediss://:hushhush@h?ssl_cert_reqs=hushhush",
        "redis://:hushhush@h?db=hushhush",
        "redis://hushhush",
        "hushhush",
        "redis://:a hushhush",
        "unix://:hushhush@h/x",
        "redis://:12?hushhush&x@h",
        "redis://u%3Ahushhush%40h:6379/0",
        "redis://%3Ahushhush%40h",
        "redis://[u%40hushhush]",
    ] {
        let name = "EVENT_BUS_REDIS_CONNECTION_URL";
        match Settings::from_value(json!({name: url})) {
            Ok(_) => assert_eq!(url, "redis://hushhush", "this one is a host"),
            Err(error) => {
                assert!(!error.to_string().contains("hushhush"), "{url}: {error}");
                assert_eq!(error.findings()[0].path, name);
                assert!(error.findings()[0].message.contains("help: "), "{error}");
            }
        }
    }
    for url in [
        "redis://u:hushhush@h/1",
        "redis://hushhush@h",
        "rediss://:hushhush@h?ssl_cert_reqs=none",
        "unix://:hushhush@/x",
    ] {
        let settings = Settings::from_value(json!({"EVENT_BUS_REDIS_CONNECTION_URL": url})).unwrap();
        let printed = format!("{settings:?}");
        assert!(!printed.contains("hushhush"), "{printed}");
    }
}

#[test]
fn options_of_redis_urls() {
    for (url, message) in [
        ("redis://h?max_connections=3", "the URL has the unknown option `max_connections`"),
        ("redis://h?ssl_ca_certs=/a", "the URL has the option `ssl_ca_certs`, but no TLS"),
        ("rediss://h?ssl_cert_reqs=NONE", "the option `ssl_cert_reqs` of the URL has an invalid value"),
        ("redis://h?socket_timeout=0", "the option `socket_timeout` of the URL has an invalid value"),
        ("redis://h?socket_timeout=inf", "the option `socket_timeout` of the URL has an invalid value"),
        ("redis://h?db=-1", "the option `db` of the URL has an invalid value"),
        ("redis://h/1/2", "the path of the URL is not a database number"),
        ("redis://a%0ab", "the host in the URL is not valid"),
        ("unix://", "the URL does not name a socket"),
        ("redis+sentinel://h:1", "the URL does not name the primary"),
        ("redis+sentinel://h,,i/events", "the host in the URL is not valid"),
        ("redis+sentinel://h/events/x", "the path of the URL is not a database number"),
        ("redis://h?sentinel_password=x", "the URL has the unknown option `sentinel_password`"),
    ] {
        let (_, found) = only(json!({"EVENT_BUS_REDIS_CONNECTION_URL": url}));
        assert_eq!(found.lines().next().unwrap(), message, "{url}");
    }
}

#[test]
fn urls_name_sentinels() {
    let text = "rediss+sentinel://me:hush%2Fhush@one,[::1]:5,Two:6/events/3?sentinel_username=you\
                &sentinel_password=silence&socket_timeout=2";
    let url: RedisUrl = text.parse().unwrap();
    let RedisServer::Sentinel { sentinels, service, login } = &url.server else { panic!("{url:?}") };
    let expected = [("one", 26_379), ("::1", 5), ("two", 6)].map(|(host, port)| (host.to_owned(), port));
    assert_eq!((&sentinels[..], &**service), (&expected[..], "events"));
    assert_eq!(
        (url.login.username.as_deref(), url.login.password.as_deref()),
        (Some("me"), Some("hush/hush"))
    );
    assert_eq!((login.username.as_deref(), login.password.as_deref()), (Some("you"), Some("silence")));
    assert!(url.tls.is_some() && url.db == 3);
    assert_eq!(url.socket_timeout, Some(Duration::from_secs(2)));
    let printed = format!("{url:?}");
    assert!(printed.contains("me") && !printed.contains("hush") && !printed.contains("silence"), "{printed}");
    // The first of duplicate options counts.
    let twice: RedisUrl =
        "redis+sentinel://h/events?sentinel_password=a&sentinel_password=b".parse().unwrap();
    let RedisServer::Sentinel { login, .. } = &twice.server else { panic!("{twice:?}") };
    assert_eq!(login.password.as_deref(), Some("a"));
    let plain: RedisUrl = "redis+sentinel://h/events".parse().unwrap();
    let RedisServer::Sentinel { login, .. } = &plain.server else { panic!("{plain:?}") };
    assert!(plain.tls.is_none() && plain.db == 0 && login.username.is_none() && login.password.is_none());
}

#[test]
fn a_url_in_the_wrong_setting_is_not_printed() {
    let url = "redis://:hushhush@h";
    for name in [
        "EVENT_BUS_PRODUCER",
        "EVENT_BUS_CONSUMER",
        "EVENT_BUS_TOPIC_PREFIX",
        "EVENT_BUS_PRODUCER_DELIVERY",
        "EVENT_BUS_PRODUCER_CONFIG",
        "EVENT_BUS_REDIS_STREAM_MAX_LEN",
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED",
        "EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT",
        "EVENT_BUS_REDIS_URL",
    ] {
        let (path, message) = only(json!({name: url}));
        assert_eq!(path, name);
        assert!(!message.contains("hushhush"), "{message}");
    }
}
