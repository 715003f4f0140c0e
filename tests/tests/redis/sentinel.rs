//! Servers behind Sentinel. The fault tests cover a failover.

use openedx_events::event_bus::{Cursor, EventBus, RedisBus, RedisOptions, Settings};
use openedx_events_tests::redis_server::{RedisServer, Setup};

use super::support::{TOPIC, send};

#[test]
fn settings_name_sentinels_and_the_primary() {
    let primary = RedisServer::start();
    let sentinel = Setup::new().sentinel_of(primary.port()).start();
    // Nothing listens at the first address.
    let url = format!("redis+sentinel://127.0.0.1:1,127.0.0.1:{}/events/3?socket_timeout=2", sentinel.port());
    let settings = Settings::from_value(serde_json::json!({"EVENT_BUS_REDIS_CONNECTION_URL": url})).unwrap();
    let bus = RedisBus::new(RedisOptions::from_settings(&settings.buses.redis, None).unwrap()).unwrap();
    send(&*bus.producer().unwrap(), 1).unwrap();
    assert_eq!(bus.operations().unwrap().read(TOPIC, &Cursor::new("0-0"), 10).unwrap().entries.len(), 1);
    assert_eq!(primary.ask::<u64>(&["EXISTS", TOPIC]), 0, "not in database 0");
}

#[test]
fn sentinels_that_know_nothing_are_a_transient_error() {
    let sentinel = Setup::new().sentinel_of(1).start();
    let url = format!("redis+sentinel://127.0.0.1:{}/other", sentinel.port()).parse().unwrap();
    let bus = RedisBus::new(RedisOptions::new(url)).unwrap();
    let error = bus.operations().unwrap().read("dev-numbers", &Cursor::new("0-0"), 1).unwrap_err();
    assert!(
        error.is_transient() && error.to_string().contains("does not know the primary of `other`"),
        "{error}"
    );
}
