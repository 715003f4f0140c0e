//! Logins, encryption and secret passwords.

use std::{error::Error, fmt::Write as _, path::Path, time::Duration};

use openedx_events::event_bus::{BusError, Cursor, EventBus, RedisBus, RedisOptions};
use openedx_events_tests::redis_server::Setup;

use super::support::{World, numbers, poll, send};

const PASSWORD: &str = "s3cr/t@:%word";
const ENCODED: &str = "s3cr%2Ft%40%3A%25word";

fn text(error: &BusError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, " {error} {error:?}");
        source = error.source();
    }
    text
}

#[test]
fn logins_work_and_passwords_stay_secret() {
    let mut world = World::with(Setup::new().argument("--requirepass", PASSWORD));
    let port = world.server.port();
    let options =
        |login: &str| RedisOptions::new(format!("redis://{login}@127.0.0.1:{port}").parse().unwrap());
    for user in ["", "default"] {
        world.options = options(&format!("{user}:{ENCODED}"));
        let shown = format!("{:?} {:?}", world.options, world.bus());
        assert!(!shown.contains(PASSWORD) && shown.contains("***"), "{shown}");
        send(&*world.producer(), 1).unwrap();
    }
    assert_eq!(numbers(&poll(&mut *world.consumer("a"), &[], 10)), [1, 1]);

    world.options = options("default:wr0ng%2Fword");
    let error = send(&*world.producer(), 1).unwrap_err();
    assert!(!error.is_transient());
    assert!(error.to_string().contains("Redis refused the login: `WRONGPASS"), "{error}");
    assert!(!text(&error).contains("wr0ng/word"));
    let error = world.consumer("a").poll(&[], 1, Duration::ZERO).unwrap_err();
    assert!(!error.is_transient() && !text(&error).contains("wr0ng/word"), "{error}");

    world.options = options("");
    let error = send(&*world.producer(), 1).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("NOAUTH"), "{error}");
}

#[test]
fn missing_permissions_are_a_permanent_error() {
    let world = World::new();
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-xadd", "-xreadgroup"]);
    let error = send(&*world.producer(), 1).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("NOPERM"), "{error}");
    let error = world.consumer("a").poll(&[], 1, Duration::ZERO).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("call `XREADGROUP` on"), "{error}");
}

#[test]
fn events_are_consumed_without_scripts_and_information() {
    for forbidden in ["-eval", "-xinfo"] {
        let world = World::new();
        let _: () = world.ask(&["ACL", "SETUSER", "default", forbidden]);
        world.produce(0..4);
        let mut consumer = world.consumer("a");
        let polled = poll(&mut *consumer, &[], 2);
        let rest = poll(&mut *consumer, &[], 10);
        assert_eq!([numbers(&polled), numbers(&rest)], [[0, 1], [2, 3]]);
        assert!(poll(&mut *consumer, &[], 10).notes.is_empty(), "reported once");
        assert_eq!(polled.notes.len() + rest.notes.len(), 1, "{forbidden}");
    }
    // The script is allowed, but not the command that corrects the counter.
    let world = World::new();
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-xgroup|setid"]);
    world.produce(0..4);
    assert_eq!(numbers(&poll(&mut *world.consumer("a"), &[], 10)), [0, 1, 2, 3]);
}

#[test]
fn connections_are_encrypted_and_certificates_verified() {
    let world = World::with(Setup::new().tls());
    let port = world.server.port();
    let bus = |options: &str| {
        let url = format!("rediss://localhost:{port}?socket_timeout=3{options}");
        RedisBus::new(RedisOptions::new(url.parse().unwrap()))
    };
    let trusting = |file: &Path| bus(&format!("&ssl_ca_certs={}", file.display()));

    let trusted = trusting(&world.server.file("ca.crt")).unwrap();
    send(&*trusted.producer().unwrap(), 1).unwrap();
    let mut consumer = trusted.consumer(&super::support::backlog("a")).unwrap();
    assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [1]);
    assert!(consumer.poll(&[], 10, Duration::from_millis(200)).unwrap().entries.is_empty());

    let any = bus("&ssl_cert_reqs=none").unwrap();
    send(&*any.producer().unwrap(), 2).unwrap();

    // The system does not trust this CA.
    let unknown = bus("").unwrap();
    let error = send(&*unknown.producer().unwrap(), 3).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("certificate is not trusted"), "{error}");
    let mut plain = RedisOptions::tcp("localhost", port);
    plain.socket_timeout = Duration::from_millis(500);
    let mut operations = RedisBus::new(plain).unwrap().operations().unwrap();
    let error = operations.read("dev-numbers", &Cursor::new("0-0"), 1).unwrap_err();
    assert!(error.to_string().contains("requires TLS"), "{error}");

    let missing = trusting(Path::new("/no/such/file")).unwrap_err();
    assert!(missing.to_string().contains("`/no/such/file` (`ssl_ca_certs`)"), "{missing}");
    let wrong = trusting(&world.server.file("names"));
    assert!(wrong.is_err(), "a file without certificates");
}

#[test]
fn a_server_that_expects_the_other_kind_of_connection_is_named_soon() {
    let (plain, encrypted) = (World::new(), World::with(Setup::new().tls()));
    let url = |scheme: &str, world: &World| format!("{scheme}://localhost:{}", world.server.port());
    for (url, wanted) in [
        (
            url("rediss", &plain),
            "does not speak TLS: use its TLS port, or write `redis://` instead of `rediss://`",
        ),
        (url("redis", &encrypted), "requires TLS: write `rediss://` instead of `redis://`"),
    ] {
        let bus = RedisBus::new(RedisOptions::new(url.parse().unwrap())).unwrap();
        let begun = std::time::Instant::now();
        let produced = send(&*bus.producer().unwrap(), 1).unwrap_err();
        let mut member = bus.consumer(&super::support::backlog("a")).unwrap();
        let polled = member.poll(&[], 1, Duration::from_mins(1)).unwrap_err();
        let listed = bus.operations().unwrap().read("dev-numbers", &Cursor::new("0-0"), 1).unwrap_err();
        for error in [produced, polled, listed] {
            assert!(!error.is_transient() && error.to_string().contains(wanted), "{error}");
        }
        assert!(begun.elapsed() < Duration::from_secs(6), "about a second each: {:?}", begun.elapsed());
    }
}
