//! Connections: sockets, databases, and servers that cannot be used.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{BusError, Cursor, EventBus, RedisBus, RedisOptions, Settings};

use super::support::{TOPIC, World, numbers, poll, send};

fn options_of(settings: &Settings) -> Result<RedisOptions, BusError> {
    RedisOptions::from_settings(&settings.buses.redis, settings.service_name.as_deref())
}

#[test]
fn a_unix_socket_and_another_database() {
    let mut world = World::new();
    let socket = |db| format!("unix://{}?db={db}", world.server.socket().display()).parse().unwrap();
    let (options, wrong) = (RedisOptions::new(socket(3)), RedisOptions::new(socket(400)));
    world.options = options;
    world.produce(0..2);
    assert_eq!(world.ask::<u64>(&["EXISTS", TOPIC]), 0, "the entries are not in database 0");
    assert_eq!(numbers(&poll(&mut *world.consumer("a"), &[], 10)), [0, 1]);

    world.options = wrong;
    let error = send(&*world.producer(), 1).unwrap_err();
    assert!(!error.is_transient());
    assert!(
        error.to_string().contains("Redis refused database 400: `ERR DB index is out of range`"),
        "{error}"
    );
}

#[test]
fn settings_name_the_server() {
    let world = World::new();
    let settings = serde_json::json!({
        "EVENT_BUS_PRODUCER": "edx_event_bus_redis.create_producer",
        "EVENT_BUS_REDIS_CONNECTION_URL": format!("redis://127.0.0.1:{}/2?socket_timeout=3", world.server.port()),
        "EVENT_BUS_REDIS_STREAM_MAX_LEN": 500,
        "EVENTS_SERVICE_NAME": "lms",
    });
    let settings = Settings::from_value(settings).unwrap();
    let options = options_of(&settings).unwrap();
    let shown = format!("{options:?}");
    for part in ["db: 2", "socket_timeout: 3s", "stream_max_len: 500", "service_name: \"lms\""] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    send(&*RedisBus::new(options).unwrap().producer().unwrap(), 1).unwrap();
    let settings = serde_json::json!({
        "EVENT_BUS_PRODUCER": "redis",
        "EVENT_BUS_REDIS_CONNECTION_URL": "rediss+sentinel://a:hush@one/events?sentinel_password=silence",
    });
    let options = options_of(&Settings::from_value(settings).unwrap()).unwrap();
    let shown = format!("{options:?}");
    assert!(shown.contains("service: \"events\"") && shown.contains("tls: Some"), "{shown}");
    assert!(!shown.contains("hush") && !shown.contains("silence"), "{shown}");
    let without = Settings::from_value(serde_json::json!({})).unwrap();
    assert!(!options_of(&without).unwrap_err().is_transient());
}

#[test]
fn the_longest_timeouts_are_accepted() {
    let mut world = World::new();
    world.options.connect_timeout = Duration::MAX;
    world.options.socket_timeout = Duration::MAX;
    world.produce(0..2);
    assert_eq!(numbers(&poll(&mut *world.consumer("a"), &[], 10)), [0, 1]);
    assert_eq!(
        world.bus().operations().unwrap().read(TOPIC, &Cursor::new("0-0"), 10).unwrap().entries.len(),
        2
    );
}

#[test]
fn an_unreachable_server_is_a_transient_error_in_time() {
    // The first refuses connections; the second, a documentation address, never answers.
    for (host, port) in [("127.0.0.1", 1), ("192.0.2.1", 6379)] {
        let mut options = RedisOptions::tcp(host, port);
        options.connect_timeout = Duration::from_millis(300);
        let bus = RedisBus::new(options).unwrap();
        let begun = Instant::now();
        let deadline = Instant::now() + Duration::from_millis(800);
        let sent = super::support::message(1);
        let envelope = super::support::envelope(sent.clone());
        let error = bus.producer().unwrap().send(&[envelope], deadline).remove(0).unwrap_err();
        assert!(error.is_transient(), "{error}");
        let mut consumer = bus.consumer(&super::support::backlog("a")).unwrap();
        assert!(consumer.poll(&[], 1, Duration::from_mins(1)).unwrap_err().is_transient());
        assert!(bus.operations().unwrap().read(TOPIC, &Cursor::new("0-0"), 1).unwrap_err().is_transient());
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
}

#[test]
fn a_server_before_redis_7_is_refused() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let options = RedisOptions::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let _ = client.read(&mut [0; 1024]);
            let info = "redis_version:6.2.14\r\n";
            let replies = format!("+OK\r\n:1\r\n:0\r\n${}\r\n{info}\r\n*0\r\n", info.len());
            client.write_all(replies.as_bytes()).unwrap();
        }
    });
    let bus = RedisBus::new(options).unwrap();
    let consumed = bus.consumer(&super::support::backlog("a")).unwrap().poll(&[], 1, Duration::ZERO);
    for error in [consumed.unwrap_err(), send(&*bus.producer().unwrap(), 1).unwrap_err()] {
        assert!(!error.is_transient());
        let wanted = "the server is Redis 6.2.14, and the event bus needs Redis 7.0 or newer";
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn a_key_of_another_type_is_a_permanent_error() {
    let world = World::new();
    let _: () = world.ask(&["SET", TOPIC, "text"]);
    let error = world.consumer("a").poll(&[], 10, Duration::ZERO).unwrap_err();
    assert!(!error.is_transient());
    assert!(
        error
            .to_string()
            .starts_with("cannot consume stream `dev-numbers` as group `readers`: Redis says `WRONGTYPE"),
        "{error}"
    );
}
