//! Connects and logs in; asks the sentinels where the primary is.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::ClientConfig;

use super::{
    command::Commands,
    connection::Connection,
    failure::Trouble,
    options::{Address, Login, RedisOptions, Server},
    reply,
    socket::Socket,
    tls,
    value::Value,
};
use crate::event_bus::error::BusError;

/// What connections are made with.
pub(super) struct Connector {
    pub(super) options: RedisOptions,
    /// Of encrypted connections.
    tls: Option<Arc<ClientConfig>>,
}

impl Connector {
    /// Reads the certificates, where connections are encrypted.
    pub(super) fn new(options: RedisOptions) -> Result<Arc<Self>, BusError> {
        let tls = options.tls.as_ref().map(tls::config).transpose()?;
        if matches!(&options.server, Server::Sentinel { sentinels, .. } if sentinels.is_empty()) {
            return Err(BusError::lasting("no sentinel is named"));
        }
        Ok(Arc::new(Self { options, tls }))
    }

    /// A connection to the server, or to the primary that the sentinels name; `name` is for the server's list.
    pub(super) fn connect(&self, name: &str, deadline: Instant) -> Result<Connection, Trouble> {
        let primary;
        let address = match &self.options.server {
            Server::Tcp(address) => Some(address),
            Server::Socket(_) => None,
            Server::Sentinel { sentinels, service, login } => {
                primary = self.primary(sentinels, service, login, deadline)?;
                Some(&primary)
            }
        };
        let deadline =
            deadline.min(Instant::now() + self.options.connect_timeout + self.options.socket_timeout);
        let mut connection = self.open(address, &self.options.place(), deadline)?;
        self.log_in(&mut connection, name, deadline)?;
        Ok(connection)
    }

    /// Connects to `address`, or to the socket of the options, without logging in.
    fn open(&self, address: Option<&Address>, place: &str, deadline: Instant) -> Result<Connection, Trouble> {
        let left = deadline.saturating_duration_since(Instant::now()).min(self.options.connect_timeout);
        if left < Duration::from_millis(1) {
            return Err(Trouble::timeout(format!("no connection to {place} in time")));
        }
        let socket = match (address, &self.options.server) {
            (None, Server::Socket(path)) => Socket::unix(path),
            (None, _) => return Err(Trouble::unreachable(format!("no address of {place}"))),
            (Some(address), _) => Socket::tcp(address, self.tls.as_ref(), left),
        };
        let no_connection = |error| Trouble::connection(format!("no connection to {place}"), error);
        Ok(Connection::new(socket.map_err(no_connection)?))
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
            if trouble.is_transient() || trouble.is("NOAUTH") {
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
        let mut connection = self.open(Some(sentinel), &place, deadline)?;
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
        let mut connection = self.open(Some(primary), &place, deadline)?;
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
