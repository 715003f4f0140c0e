//! Encrypted connections, logins and rights.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{
    BusError, EntryId, EventBus as _, KafkaBus, KafkaOptions, settings::KafkaSecret,
};
use openedx_events_tests::{
    eventually,
    kafka_server::{KafkaServer, Operation, Resource, Setup},
    schema_registry::{Keeps, Registry},
};

use super::support::number;

const TOPIC: &str = "dev-locked";

/// A server with logins: `worker` may do everything with the topic, `stranger` nothing.
fn server() -> Option<&'static (KafkaServer, Registry)> {
    static SERVER: OnceLock<Option<(KafkaServer, Registry)>> = OnceLock::new();
    let start = || {
        let kafka = Setup::new().login("worker", "s3cret").login("stranger", "s3cret").start()?;
        kafka.create_topic(TOPIC, 1);
        kafka.allow("worker", Resource::Topic(TOPIC), Operation::Write);
        Some((kafka, Registry::start(Keeps::Canonical)))
    };
    SERVER.get_or_init(start).as_ref()
}

/// Returns options for a login with the right certificate.
fn options((kafka, registry): &(KafkaServer, Registry), user: &str, password: &str) -> KafkaOptions {
    let mut options = KafkaOptions::new(kafka.bootstrap_tls(), [registry.url()]);
    options.login = Some((user.to_owned(), KafkaSecret::new(password)));
    options.client_config.set("ssl.ca.location", kafka.file("ca.crt").display().to_string()).unwrap();
    options
}

/// Sends within the usual timeout of two seconds.
fn send(options: KafkaOptions) -> Result<EntryId, BusError> {
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    let start = Instant::now();
    let outcome = producer.send(&[number(TOPIC, 1)], start + Duration::from_secs(2)).remove(0);
    assert!(start.elapsed() < Duration::from_millis(2500), "{:?}", start.elapsed());
    outcome
}

fn error(options: KafkaOptions) -> (bool, String) {
    let error = send(options).unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
    (error.is_transient(), error.to_string())
}

#[test]
fn a_login_with_rights_can_send() {
    let Some(server) = server() else { return };
    let mut options = options(server, "worker", "s3cret");
    options.produce_timeout = Duration::from_secs(20);
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    producer.send(&[number(TOPIC, 1)], Instant::now() + Duration::from_secs(20)).remove(0).unwrap();
}

#[test]
fn a_wrong_password_is_named() {
    let Some(server) = server() else { return };
    let (is_transient, error) = error(options(server, "worker", "wrong"));
    assert!(!is_transient);
    assert!(error.starts_with("Kafka refuses the login of `worker`: "), "{error}");
    assert!(error.contains("Invalid username or password; check `EVENT_BUS_KAFKA_API_KEY`"), "{error}");
}

#[test]
fn an_unknown_mechanism_is_named() {
    let Some(server) = server() else { return };
    let mut options = options(server, "worker", "s3cret");
    options.client_config.set("sasl.mechanism", "SCRAM-SHA-256").unwrap();
    let (is_transient, error) = error(options);
    assert!(!is_transient);
    assert!(error.contains("broker's supported mechanisms: PLAIN"), "{error}");
}

#[test]
fn an_unknown_authority_is_named() {
    let Some(server) = server() else { return };
    // The system does not know the authority either.
    let mut options = options(server, "worker", "s3cret");
    options.client_config.set("ssl.ca.location", "probe").unwrap();
    let (is_transient, error) = error(options);
    assert!(!is_transient);
    assert!(error.starts_with("the connection to Kafka cannot be encrypted: "), "{error}");
    assert!(
        error.contains("certificate verify failed") && error.contains("set `ssl.ca.location`"),
        "{error}"
    );
}

#[test]
fn plain_text_to_a_port_with_tls_is_named() {
    let Some(server) = server() else { return };
    let (_, error) = error(KafkaOptions::new(server.0.bootstrap_tls(), [server.1.url()]));
    assert!(
        error.starts_with("cannot talk to Kafka at 127.0.0.1:") && error.contains("it may expect TLS"),
        "{error}"
    );
}

#[test]
fn tls_to_a_port_without_it_is_named() {
    let Some(server) = server() else { return };
    let mut options = options(server, "worker", "s3cret");
    options.bootstrap_servers = server.0.bootstrap();
    let (_, error) = error(options);
    assert!(error.contains("it may not speak TLS: use its TLS port"), "{error}");
}

#[test]
fn a_missing_login_is_named() {
    let Some(server) = server() else { return };
    let mut options = options(server, "", "");
    options.login = None;
    options.client_config.set("security.protocol", "SSL").unwrap();
    let (_, error) = error(options);
    assert!(error.contains("it may expect a login"), "{error}");
}

#[test]
fn a_missing_right_is_named() {
    let Some(server) = server() else { return };
    let mut options = options(server, "stranger", "s3cret");
    options.produce_timeout = Duration::from_secs(20);
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    let error =
        producer.send(&[number(TOPIC, 1)], Instant::now() + Duration::from_secs(20)).remove(0).unwrap_err();
    assert!(!error.is_transient() && !error.is_refused());
    assert_eq!(
        error.to_string(),
        format!(
            "Kafka does not allow this user to write to topic `{TOPIC}`; grant the rights WRITE and DESCRIBE on it"
        )
    );
    // The right takes effect without a new producer.
    server.0.create_topic("dev-granted", 1);
    server.0.allow("stranger", Resource::Topic("dev-granted"), Operation::Write);
    let limit = Instant::now() + Duration::from_secs(20);
    while let Err(error) = producer.send(&[number("dev-granted", 1)], limit).remove(0) {
        assert!(Instant::now() < limit, "{error}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Answers every request on a TLS port, until it is dropped.
struct TlsServer(Child);

impl TlsServer {
    fn start(kafka: &KafkaServer) -> (Self, String) {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-www", "-accept", &port.to_string()]);
        command.arg("-cert").arg(kafka.file("server.crt")).arg("-key").arg(kafka.file("server.key"));
        let server =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        eventually("the server listens", Duration::from_secs(10), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        (Self(server), format!("https://127.0.0.1:{port}"))
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_certificate_of_the_registry_is_checked() {
    let Some((kafka, _)) = server() else { return };
    let (_server, url) = TlsServer::start(kafka);
    let mut options = KafkaOptions::new(kafka.bootstrap(), [&*url]);
    let (is_transient, unknown) = error(options.clone());
    assert!(!is_transient);
    assert!(unknown.contains(&format!("cannot reach the schema registry at {url}: ")), "{unknown}");
    assert!(
        unknown.contains("certificate") && unknown.contains("set `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_CA_CERTS`"),
        "{unknown}"
    );
    options.registry_ca_certs = Some(kafka.file("ca.crt"));
    let (is_transient, known) = error(options);
    // It is not a registry.
    assert!(is_transient && !known.contains("certificate"), "{known}");
}
