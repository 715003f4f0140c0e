//! Sentinels that know no primary. The fault tests cover a failover.

use openedx_events::event_bus::{EventBus, RedisBus, RedisOptions};
use openedx_events_tests::redis_server::Setup;

#[test]
fn sentinels_that_know_nothing_are_a_transient_error() {
    let sentinel = Setup::new().sentinel_of(1).start();
    let options = RedisOptions::sentinel([("127.0.0.1".to_owned(), sentinel.port())], "other");
    let bus = RedisBus::new(options).unwrap();
    let error = bus.operations().unwrap().read("dev-numbers", None, 1).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("knows no primary of `other`"), "{error}");
    assert!(RedisBus::new(RedisOptions::sentinel([], "events")).is_err());
}
