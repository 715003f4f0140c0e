//! Connects to the server, logs in, and finds the primary behind sentinels.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use redis::Value;
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{
    command::Commands,
    connection::{ServerConnection, Stream},
    failure::{SHARDS, Trouble},
    options::RedisOptions,
    reply,
    socket::Socket,
    tls::{self, Tls},
};
use crate::event_bus::broker::{
    BusError, bounded,
    redis::settings::url::{RedisLogin, RedisServer, RedisTls},
};

/// A host and a port.
type Address = (String, u16);

/// Where to connect to.
#[derive(Clone, Copy)]
enum Peer<'a> {
    Tcp(&'a str, u16),
    Socket(&'a Path),
}

/// Makes connections to one server.
pub(super) struct Connector {
    pub(super) options: RedisOptions,
    tls: Option<Tls>,
    /// Whether the server has answered, so that it speaks the protocol that is configured.
    has_answered: AtomicBool,
}

/// The time after which a server that does not answer a TLS handshake is asked whether it speaks TLS.
const SLOW_HANDSHAKE: Duration = Duration::from_millis(700);

impl Connector {
    /// Reads the file of certificates, if there is one.
    pub(super) fn new(mut options: RedisOptions) -> Result<Arc<Self>, BusError> {
        for timeout in [&mut options.connect_timeout, &mut options.socket_timeout] {
            // A socket refuses a timeout of zero.
            *timeout = bounded(*timeout).max(Duration::from_millis(1));
        }
        let tls = options.url.tls.as_ref().map(read_authorities).transpose()?;
        Ok(Arc::new(Self { options, tls, has_answered: AtomicBool::new(false) }))
    }

    /// Returns the name under which the server lists a connection: `service/part/…`, without blanks.
    pub(super) fn client_name(&self, parts: &[&str]) -> String {
        const REPLACED: &AsciiSet = &CONTROLS.add(b' ').add(b'/').add(b'%').add(0x7f);
        let mut name = utf8_percent_encode(&self.options.service_name, REPLACED).to_string();
        for part in parts {
            name.push('/');
            name.extend(utf8_percent_encode(part, REPLACED));
        }
        name
    }

    /// Connects to the server, or to the primary that a sentinel names, and logs in as the client `name`.
    pub(super) fn connect(&self, name: &str, deadline: Instant) -> Result<ServerConnection, Trouble> {
        match &self.options.url.server {
            RedisServer::Tcp(host, port) => self.log_in(Peer::Tcp(host, *port), name, deadline),
            RedisServer::Socket(path) => self.log_in(Peer::Socket(path), name, deadline),
            RedisServer::Sentinel { sentinels, service, login } => {
                let mut last = Trouble::unreachable(format!("no sentinel knows the primary of `{service}`"));
                for sentinel in sentinels {
                    let primary = self.primary(sentinel, service, login, deadline);
                    match primary.map(|(host, port)| self.log_in(Peer::Tcp(&host, port), name, deadline)) {
                        // Another sentinel may know more.
                        Err(trouble) | Ok(Err(trouble @ Trouble::Connection { .. })) => last = trouble,
                        Ok(connected) => return connected,
                    }
                }
                Err(last)
            }
        }
    }

    /// Limits `deadline` to the time that connecting and one reply may take.
    fn limit(&self, deadline: Instant) -> Instant {
        deadline.min(Instant::now() + self.options.connect_timeout + self.options.socket_timeout)
    }

    /// Connects to `peer`, which messages call `place`, and makes the first call.
    fn greet(
        &self,
        peer: Peer<'_>,
        place: &str,
        greeting: &Commands,
        deadline: Instant,
    ) -> Result<(ServerConnection, Vec<Value>), Trouble> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < Duration::from_millis(1) {
            return Err(Trouble::timeout(format!("cannot connect to {place} in time")));
        }
        let socket = match peer {
            Peer::Tcp(host, port) => Socket::tcp(host, port, self.options.connect_timeout, deadline),
            Peer::Socket(path) => Socket::unix(path, deadline),
        };
        let socket =
            socket.map_err(|error| Trouble::connection(format!("cannot connect to {place}"), error))?;
        let stream = match (&self.tls, peer) {
            (Some(tls), Peer::Tcp(host, _)) => Stream::Encrypted(Box::new(tls.wrap(socket, host)?)),
            _ => Stream::Plain(socket),
        };
        let mut connection = ServerConnection::new(stream);
        let explain = |trouble| self.explain(trouble, peer, place, deadline);
        // Half of the time is left to explain why.
        let soon = Instant::now() + SLOW_HANDSHAKE.min(left / 2);
        let mut result = connection.shake_hands(soon).map_err(explain);
        if let Err(Trouble::Connection { timed_out: true, .. }) = result {
            result = connection.shake_hands(deadline);
        }
        let replies = result.and_then(|()| {
            let replies = connection.call(greeting, deadline);
            replies.map_err(explain)
        })?;
        self.has_answered.store(true, Ordering::Relaxed);
        Ok((connection, replies))
    }

    /// Returns a better error if the server expects the other kind of connection.
    fn explain(&self, trouble: Trouble, peer: Peer<'_>, place: &str, deadline: Instant) -> Trouble {
        let (Trouble::Connection { timed_out, .. }, Peer::Tcp(host, port)) = (&trouble, peer) else {
            return trouble;
        };
        if self.has_answered.load(Ordering::Relaxed) {
            return trouble;
        }
        let (plain, encrypted) = match self.options.url.server {
            RedisServer::Sentinel { .. } => ("redis+sentinel://", "rediss+sentinel://"),
            _ => ("redis://", "rediss://"),
        };
        if self.tls.is_some() {
            if tls::speaks_plain(host, port, deadline) {
                return Trouble::Permanent(format!(
                    "{place} does not speak TLS: use its TLS port, or write `{plain}` instead of `{encrypted}`"
                ));
            }
        } else if !timed_out && tls::speaks_tls(host, port, deadline) {
            return Trouble::Permanent(format!(
                "{place} requires TLS: write `{encrypted}` instead of `{plain}`"
            ));
        }
        trouble
    }

    /// Connects, logs in, selects the database, tells the server the client's name, and learns what this user is
    /// allowed to do.
    fn log_in(&self, peer: Peer<'_>, name: &str, deadline: Instant) -> Result<ServerConnection, Trouble> {
        let deadline = self.limit(deadline);
        let place = self.options.place();
        let mut commands = Commands::new();
        let logs_in = write_login(&mut commands, &self.options.url.login);
        let database = self.options.url.db.to_string();
        if self.options.url.db != 0 {
            commands.push(&["SELECT", &database]);
        }
        commands.push(&["CLIENT", "SETNAME", name]);
        commands.push(&["CLIENT", "ID"]);
        // No client has the number 0: the reply only tells whether this user may call the command.
        commands.push(&["CLIENT", "UNBLOCK", "0"]);
        commands.push(&["INFO", "server"]);
        commands.push(&["ROLE"]);
        let (mut connection, replies) = self.greet(peer, &place, &commands, deadline)?;
        let mut replies = replies.into_iter();
        let mut next = || replies.next().unwrap_or_default();
        if logs_in {
            accepted(next(), "the login")?;
        }
        if self.options.url.db != 0 {
            accepted(next(), &format!("database {database}"))?;
        }
        // The server may forbid some of the rest without harm, unless it refuses all commands.
        let (_name, client_id, unblock, info, role) = (next(), next(), next(), next(), next());
        if let Err(trouble) = reply::checked(client_id.clone())
            && (trouble.is_transient() || trouble.is("NOAUTH"))
        {
            return Err(trouble);
        }
        connection.id = reply::number(&client_id);
        connection.can_be_woken = reply::number(&unblock).is_some();
        let info = reply::text(info).unwrap_or_default();
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        version.map_or(Ok(()), check_version)?;
        if info.lines().any(|line| line.trim_end() == "redis_mode:cluster") {
            check_shards(&mut connection, deadline)?;
        }
        // A sentinel may not have noticed yet that another server is the primary now. A replica refuses writes.
        let role = reply::array(role, "ROLE").unwrap_or_default().into_iter().next().and_then(reply::text);
        if matches!(self.options.url.server, RedisServer::Sentinel { .. })
            && role.is_some_and(|role| role != "master")
        {
            return Err(Trouble::unreachable(format!("a sentinel named a replica as {place}")));
        }
        Ok(connection)
    }

    /// Asks a sentinel for the address of the primary.
    fn primary(
        &self,
        sentinel: &Address,
        service: &str,
        login: &RedisLogin,
        deadline: Instant,
    ) -> Result<Address, Trouble> {
        const TO: &str = "SENTINEL GET-MASTER-ADDR-BY-NAME";
        let place = format!("the sentinel {}:{}", sentinel.0, sentinel.1);
        let deadline = self.limit(deadline);
        let mut commands = Commands::new();
        let logs_in = write_login(&mut commands, login);
        commands.push(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", service]);
        let (host, port) = sentinel;
        let (_connection, replies) = self.greet(Peer::Tcp(host, *port), &place, &commands, deadline)?;
        let mut replies = replies.into_iter();
        if logs_in {
            reply::checked(replies.next().unwrap_or_default())?;
        }
        let address = reply::array(replies.next().unwrap_or_default(), TO)?;
        if address.is_empty() {
            return Err(Trouble::unreachable(format!("{place} does not know the primary of `{service}`")));
        }
        let mut address = address.into_iter().map(reply::text);
        let (host, port) = (address.next().flatten(), address.next().flatten());
        host.zip(port.and_then(|port| port.parse().ok())).ok_or(Trouble::Reply { to: TO })
    }
}

/// Returns an error that names `what` if the server refused it.
fn accepted(reply: Value, what: &str) -> Result<(), Trouble> {
    match reply::checked(reply) {
        Err(trouble) if trouble.is_transient() => Err(trouble),
        Err(Trouble::Server { code, text }) => {
            Err(Trouble::Permanent(format!("Redis refused {what}: `{code} {text}`")))
        }
        reply => reply.map(drop),
    }
}

/// Adds the command that logs in. Returns `false` without a password.
fn write_login(commands: &mut Commands, login: &RedisLogin) -> bool {
    let Some(password) = &login.password else { return false };
    match &login.username {
        Some(username) => commands.push(&["AUTH", username, password]),
        None => commands.push(&["AUTH", password]),
    }
    true
}

/// Refuses a cluster with several shards. If this user may not ask, the server refuses commands on streams that it does not have.
fn check_shards(connection: &mut ServerConnection, deadline: Instant) -> Result<(), Trouble> {
    let mut commands = Commands::new();
    commands.push(&["CLUSTER", "INFO"]);
    let cluster = connection.call(&commands, deadline)?.pop().and_then(reply::text).unwrap_or_default();
    let shards = cluster.lines().find_map(|line| line.trim_end().strip_prefix("cluster_size:"));
    let has_several = shards.and_then(|shards| shards.parse().ok()).is_some_and(|shards: u32| shards > 1);
    if has_several { Err(Trouble::Permanent(SHARDS.to_owned())) } else { Ok(()) }
}

/// Refuses servers before Redis 7.0. Forks such as Valkey give the version of Redis that they are compatible with.
fn check_version(version: &str) -> Result<(), Trouble> {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major < 7) {
        return Err(Trouble::Permanent(format!(
            "the server is Redis {version}, and the event bus needs Redis 7.0 or newer: older servers do not count the \
             entries that they drop before a group reads them"
        )));
    }
    Ok(())
}

/// Reads and checks the file of certificates, if there is one: here, and not at the first event.
fn read_authorities(tls: &RedisTls) -> Result<Tls, BusError> {
    let Some(file) = &tls.ca_certs else { return Ok(Tls::new(None, tls.accept_any_certificate)) };
    let file_name = file.display();
    let pem = fs::read(file).map_err(|error| {
        BusError::permanent(format!("cannot read the certificates in `{file_name}` (`ssl_ca_certs`)"))
            .with_source(error)
    })?;
    let unusable =
        || BusError::permanent(format!("`{file_name}` (`ssl_ca_certs`) is not a PEM file of certificates"));
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable().with_source(error))?;
    if certificates.is_empty() {
        return Err(unusable());
    }
    Ok(Tls::new(Some(certificates), tls.accept_any_certificate))
}
