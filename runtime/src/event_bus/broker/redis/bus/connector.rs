//! Connects to the server, logs in, and finds the primary behind sentinels.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use redis::{
    Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, TlsCertificates, Value,
    io::tcp::TcpSettings,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{
    command::Commands, connection::ServerConnection, failure::Trouble, options::RedisOptions, reply,
};
use crate::event_bus::broker::{
    BusError, bounded,
    redis::settings::url::{RedisLogin, RedisServer},
};

/// A host and a port.
type Address = (String, u16);

/// Makes connections to one server.
pub(super) struct Connector {
    pub(super) options: RedisOptions,
    /// The PEM file of the trusted authorities.
    ca_certs: Option<Vec<u8>>,
}

impl Connector {
    /// Reads and checks the file of certificates, if there is one.
    pub(super) fn new(mut options: RedisOptions) -> Result<Arc<Self>, BusError> {
        for timeout in [&mut options.connect_timeout, &mut options.socket_timeout] {
            // A socket refuses a timeout of zero.
            *timeout = bounded(*timeout).max(Duration::from_millis(1));
        }
        let mut ca_certs = None;
        if let Some(tls) = &options.url.tls {
            provide_cryptography();
            if let Some(file) = &tls.ca_certs {
                let file_name = file.display();
                let pem = fs::read(file).map_err(|error| {
                    BusError::permanent(format!(
                        "cannot read the certificates in `{file_name}` (`ssl_ca_certs`)"
                    ))
                    .with_source(error)
                })?;
                let unusable = || {
                    BusError::permanent(format!(
                        "`{file_name}` (`ssl_ca_certs`) is not a PEM file of certificates"
                    ))
                };
                // Here, and not at the first event.
                let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
                    .collect::<Result<_, _>>()
                    .map_err(|error| unusable().with_source(error))?;
                if certificates.is_empty() {
                    return Err(unusable());
                }
                ca_certs = Some(pem);
            }
        }
        Ok(Arc::new(Self { options, ca_certs }))
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
            RedisServer::Tcp(host, port) => {
                self.log_in(&self.client_at(&(host.clone(), *port))?, name, deadline)
            }
            RedisServer::Socket(path) => {
                self.log_in(&self.client(ConnectionAddr::Unix(path.clone()))?, name, deadline)
            }
            RedisServer::Sentinel { sentinels, service, login } => {
                let mut last = Trouble::unreachable(format!("no sentinel knows the primary of `{service}`"));
                for sentinel in sentinels {
                    let primary = self.primary(sentinel, service, login, deadline);
                    let client = primary.and_then(|address| self.client_at(&address));
                    match client.map(|client| self.log_in(&client, name, deadline)) {
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

    fn open(&self, client: &Client, server: &str, deadline: Instant) -> Result<ServerConnection, Trouble> {
        let left = deadline.saturating_duration_since(Instant::now()).min(self.options.connect_timeout);
        if left < Duration::from_millis(1) {
            return Err(Trouble::timeout(format!("cannot connect to {server} in time")));
        }
        ServerConnection::open(client, server, left)
    }

    fn client_at(&self, (host, port): &Address) -> Result<Client, Trouble> {
        let (host, port) = (host.clone(), *port);
        self.client(match &self.options.url.tls {
            None => ConnectionAddr::Tcp(host, port),
            Some(tls) => {
                let insecure = tls.accept_any_certificate;
                ConnectionAddr::TcpTls { host, port, insecure, tls_params: None }
            }
        })
    }

    fn client(&self, address: ConnectionAddr) -> Result<Client, Trouble> {
        let unusable = |what| move |_| Trouble::Permanent(format!("{what} cannot be used"));
        let info = address.into_connection_info().map_err(unusable("the address of the server"))?;
        // `log_in` does what the client would do, with better errors. Small commands are sent at once.
        let silent = RedisConnectionInfo::default().set_skip_set_lib_name();
        let info = info.set_redis_settings(silent).set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let Some(ca_certs) = &self.ca_certs else {
            return Client::open(info).map_err(unusable("the address of the server"));
        };
        let certificates = TlsCertificates { client_tls: None, root_cert: Some(ca_certs.clone()) };
        Client::build_with_tls(info, certificates).map_err(unusable("the certificates of `ssl_ca_certs`"))
    }

    /// Connects, logs in, selects the database, tells the server the client's name, and learns what this user is
    /// allowed to do.
    fn log_in(&self, client: &Client, name: &str, deadline: Instant) -> Result<ServerConnection, Trouble> {
        let deadline = self.limit(deadline);
        let place = self.options.place();
        let mut connection = self.open(client, &place, deadline)?;
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
        let mut replies = connection.call(&commands, deadline)?.into_iter();
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
        connection.client_id = reply::number(&client_id).filter(|_| reply::number(&unblock).is_some());
        let info = reply::text(info).unwrap_or_default();
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        version.map_or(Ok(()), check_version)?;
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
        let mut connection = self.open(&self.client_at(sentinel)?, &place, deadline)?;
        let mut commands = Commands::new();
        let logs_in = write_login(&mut commands, login);
        commands.push(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", service]);
        let mut replies = connection.call(&commands, deadline)?.into_iter();
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

/// Adds the command that logs in. Returns `false` if there is no password.
fn write_login(commands: &mut Commands, login: &RedisLogin) -> bool {
    let Some(password) = &login.password else { return false };
    match &login.username {
        Some(username) => commands.push(&["AUTH", username, password]),
        None => commands.push(&["AUTH", password]),
    }
    true
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

/// Chooses a cryptography provider, unless the process has chosen one: without it, the client panics.
fn provide_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread has chosen one in the meantime.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
