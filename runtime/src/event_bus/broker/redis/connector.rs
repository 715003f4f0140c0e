//! Connects and logs in; asks the sentinels where the primary is.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, TlsCertificates, Value,
    io::tcp::TcpSettings,
};

use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{
    command::Commands,
    connection::Connection,
    failure::Trouble,
    options::{Address, Login, RedisOptions, Server},
    reply,
};
use crate::event_bus::broker::error::BusError;

/// What connections are made with.
pub(super) struct Connector {
    pub(super) options: RedisOptions,
    /// The PEM text of the authorities that are trusted.
    ca_certs: Option<Vec<u8>>,
}

impl Connector {
    /// Reads the file of certificates, where one is set.
    pub(super) fn new(options: RedisOptions) -> Result<Arc<Self>, BusError> {
        let file = options.tls.as_ref().and_then(|tls| tls.ca_certs.as_ref());
        let ca_certs = file.map(|file| {
            fs::read(file).map_err(|error| {
                let text = format!("cannot read the certificates in `{}` (`ssl_ca_certs`)", file.display());
                BusError::permanent(text).with_source(error)
            })
        });
        let ca_certs = ca_certs.transpose()?;
        if let (Some(pem), Some(file)) = (&ca_certs, file) {
            check_certificates(pem, &file.display().to_string())?;
        }
        if options.tls.is_some() {
            provide_cryptography();
        }
        if matches!(&options.server, Server::Sentinel { sentinels, .. } if sentinels.is_empty()) {
            return Err(BusError::permanent("no sentinel is named"));
        }
        Ok(Arc::new(Self { options, ca_certs }))
    }

    /// A connection to the server, or to the primary that the sentinels name; `name` is for the server's list.
    pub(super) fn connect(&self, name: &str, deadline: Instant) -> Result<Connection, Trouble> {
        let client = match &self.options.server {
            Server::Tcp(address) => self.client_at(address)?,
            Server::Socket(path) => client(ConnectionAddr::Unix(path.clone()))?,
            Server::Sentinel { sentinels, service, login } => {
                let primary = self.primary(sentinels, service, login, deadline)?;
                self.client_at(&primary)?
            }
        };
        let deadline =
            deadline.min(Instant::now() + self.options.connect_timeout + self.options.socket_timeout);
        let mut connection = self.open(&client, &self.options.place(), deadline)?;
        self.log_in(&mut connection, name, deadline)?;
        Ok(connection)
    }

    fn open(&self, client: &Client, place: &str, deadline: Instant) -> Result<Connection, Trouble> {
        let left = deadline.saturating_duration_since(Instant::now()).min(self.options.connect_timeout);
        if left < Duration::from_millis(1) {
            return Err(Trouble::timeout(format!("no connection to {place} in time")));
        }
        Connection::open(client, place, left)
    }

    fn client_at(&self, (host, port): &Address) -> Result<Client, Trouble> {
        let (host, port) = (host.clone(), *port);
        let Some(tls) = &self.options.tls else { return client(ConnectionAddr::Tcp(host, port)) };
        let insecure = tls.accept_any_certificate;
        let address = ConnectionAddr::TcpTls { host, port, insecure, tls_params: None };
        let Some(ca_certs) = &self.ca_certs else { return client(address) };
        let certificates = TlsCertificates { client_tls: None, root_cert: Some(ca_certs.clone()) };
        let unusable = |_| Trouble::Settings("the certificates of `ssl_ca_certs` cannot be used".to_owned());
        Client::build_with_tls(info(address)?, certificates).map_err(unusable)
    }

    /// Logs in, chooses the database, tells the server who this is, and learns what the server lets us do.
    fn log_in(&self, connection: &mut Connection, name: &str, deadline: Instant) -> Result<(), Trouble> {
        let mut commands = Commands::new();
        let login = write_login(&mut commands, &self.options.login);
        let database = self.options.db.to_string();
        if self.options.db != 0 {
            commands.push(&["SELECT", &database]);
        }
        let required = commands.len();
        commands.push(&["CLIENT", "SETNAME", name]);
        commands.push(&["CLIENT", "ID"]);
        // Nobody has this number: the answer says whether we may.
        commands.push(&["CLIENT", "UNBLOCK", "0"]);
        commands.push(&["INFO", "server"]);
        let mut replies = connection.call(&commands, deadline)?.into_iter();
        for (index, value) in replies.by_ref().take(required).enumerate() {
            let refused =
                if login && index == 0 { "the login".to_owned() } else { format!("database {database}") };
            reply::checked(value).map_err(|trouble| match trouble {
                trouble if trouble.is_transient() => trouble,
                Trouble::Server { code, text } => {
                    Trouble::Settings(format!("Redis refuses {refused}: `{code} {text}`"))
                }
                trouble => trouble,
            })?;
        }
        // The rest may be forbidden, without harm; a server that serves nobody says so everywhere.
        let mut optional = || replies.next().unwrap_or_default();
        let (_name, client_id, unblock, info) = (optional(), optional(), optional(), optional());
        if let Value::ServerError(error) = &client_id {
            let trouble = Trouble::server(error);
            if trouble.is_transient() || error.code() == "NOAUTH" {
                return Err(trouble);
            }
        }
        connection.client_id = reply::number(&client_id);
        connection.can_unblock = reply::number(&unblock).is_some();
        let info = reply::text(info).unwrap_or_default();
        let find = |field: &str| info.lines().find_map(|line| line.strip_prefix(field));
        connection.run_id = find("run_id:").map(str::to_owned);
        match find("redis_version:") {
            Some(version) if is_too_old(version) => Err(Trouble::Settings(format!(
                "the server is Redis {version}: the event bus needs 6.2 or newer"
            ))),
            _ => Ok(()),
        }
    }

    /// The address of the primary, from the first sentinel that knows one that says so itself.
    fn primary(
        &self,
        sentinels: &[Address],
        service: &str,
        login: &Login,
        deadline: Instant,
    ) -> Result<Address, Trouble> {
        let mut last = Trouble::unreachable(format!("no sentinel knows the primary of `{service}`"));
        for sentinel in sentinels {
            match self.ask(sentinel, service, login, deadline) {
                Ok(address) => return Ok(address),
                Err(trouble) => last = trouble,
            }
        }
        Err(last)
    }

    fn ask(
        &self,
        sentinel: &Address,
        service: &str,
        login: &Login,
        deadline: Instant,
    ) -> Result<Address, Trouble> {
        const TO: &str = "SENTINEL GET-MASTER-ADDR-BY-NAME";
        let place = format!("the sentinel {}:{}", sentinel.0, sentinel.1);
        let deadline =
            deadline.min(Instant::now() + self.options.connect_timeout + self.options.socket_timeout);
        let mut connection = self.open(&self.client_at(sentinel)?, &place, deadline)?;
        let mut commands = Commands::new();
        let logged_in = write_login(&mut commands, login);
        commands.push(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", service]);
        let mut replies = connection.call(&commands, deadline)?.into_iter();
        if logged_in {
            reply::checked(replies.next().unwrap_or_default())?;
        }
        let answer = reply::array(replies.next().unwrap_or_default(), TO)?;
        if answer.is_empty() {
            return Err(Trouble::unreachable(format!("{place} knows no primary of `{service}`")));
        }
        let mut answer = answer.into_iter().map(reply::text);
        let (host, port) = (answer.next().flatten(), answer.next().flatten());
        let port = port.and_then(|port| port.parse().ok());
        let primary: Address = host.zip(port).ok_or(Trouble::Reply { to: TO })?;
        self.check_role(&primary, deadline)?;
        Ok(primary)
    }

    /// A sentinel that has not noticed yet names a server that is no primary any more.
    fn check_role(&self, primary: &Address, deadline: Instant) -> Result<(), Trouble> {
        let place = format!("{}:{}", primary.0, primary.1);
        let mut connection = self.open(&self.client_at(primary)?, &place, deadline)?;
        let mut commands = Commands::new();
        let logged_in = write_login(&mut commands, &self.options.login);
        commands.push(&["ROLE"]);
        let role = connection.call(&commands, deadline)?.into_iter().nth(usize::from(logged_in));
        // Where `ROLE` is forbidden, the sentinel is believed; a replica still answers `READONLY`.
        match role.map(|role| reply::array(role, "ROLE")) {
            Some(Ok(role)) if role.first().cloned().and_then(reply::text).as_deref() != Some("master") => {
                Err(Trouble::unreachable(format!("{place} is not the primary any more")))
            }
            _ => Ok(()),
        }
    }
}

fn info(address: ConnectionAddr) -> Result<ConnectionInfo, Trouble> {
    let unusable = |_| Trouble::Settings("the address of the server cannot be used".to_owned());
    let info = address.into_connection_info().map_err(unusable)?;
    // Logging in is ours, because its errors are; a write is never held back for the next one.
    let silent = RedisConnectionInfo::default().set_skip_set_lib_name();
    Ok(info.set_redis_settings(silent).set_tcp_settings(TcpSettings::default().set_nodelay(true)))
}

fn client(address: ConnectionAddr) -> Result<Client, Trouble> {
    Client::open(info(address)?)
        .map_err(|_| Trouble::Settings("the address of the server cannot be used".to_owned()))
}

/// Certificates that cannot be read are noticed now, and not at the first event.
fn check_certificates(pem: &[u8], file: &str) -> Result<(), BusError> {
    let mut certificates = CertificateDer::pem_slice_iter(pem).peekable();
    let unusable =
        || BusError::permanent(format!("`{file}` (`ssl_ca_certs`) is no PEM file of certificates"));
    if certificates.peek().is_none() {
        return Err(unusable());
    }
    certificates
        .try_for_each(|certificate| certificate.map(drop))
        .map_err(|error| unusable().with_source(error))
}

/// Whether there is a login to make.
fn write_login(commands: &mut Commands, login: &Login) -> bool {
    let Some(password) = &login.password else { return false };
    match &login.username {
        Some(username) => commands.push(&["AUTH", username, password]),
        None => commands.push(&["AUTH", password]),
    }
    true
}

fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) < (6, 2)
}

/// The client panics where no cryptography was chosen for the process. A choice that was made stays.
fn provide_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error says that another thread was quicker, which will do as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
