//! Schema registries for tests: Apicurio, and one of our own whose failures tests can choose.
//!
//! `tests/kafka/install.sh` installs Apicurio.

mod apicurio;
mod compatibility;
mod http;
mod store;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

pub use apicurio::Apicurio;
pub use http::Request;
pub use store::{Keeps, Level};

use http::{Answer, Connections};
use store::Store;

/// A registry in this process, with the part of Confluent's interface that clients use. Dropping it stops it.
#[derive(Debug)]
pub struct Registry {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A failure of a [`Registry`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers with this status, `error_code` and message.
    Answer(u16, u32, String),
    /// Answers correctly, but only after this time.
    Slow(Duration),
    /// Takes the request and closes the connection.
    HangUp,
    /// Refuses new connections and closes the others.
    Away,
}

impl Fault {
    /// An error of the server, such as 500 or 503.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer(status, u32::from(status), "chosen by the test".to_owned())
    }

    /// An answer that schemas, subjects or ids do not exist.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Answer(404, 40403, "Schema not found".to_owned())
    }

    /// An answer that the schema is invalid.
    #[must_use]
    pub fn invalid_schema() -> Self {
        Self::Answer(422, 42201, "Invalid schema".to_owned())
    }
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    connections: Connections,
    is_stopping: AtomicBool,
}

#[derive(Debug)]
struct State {
    store: Store,
    fault: Option<Fault>,
    login: Option<String>,
    requests: Vec<Request>,
}

impl Registry {
    /// Starts a registry that checks that new versions are backward compatible, as Confluent's does.
    ///
    /// # Panics
    ///
    /// Panics if every port is taken.
    #[must_use]
    pub fn start(keeps: Keeps) -> Self {
        let state = State { store: Store::new(keeps), fault: None, login: None, requests: Vec::new() };
        let connections = Connections::open(0).expect("a free port");
        let address = connections.address();
        let shared = Shared { state: Mutex::new(state), connections, is_stopping: AtomicBool::new(false) };
        let shared = Arc::new(shared);
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            while !serving.is_stopping.load(Ordering::Relaxed) {
                let Some(stream) = serving.connections.accept() else { continue };
                let serving = Arc::clone(&serving);
                thread::spawn(move || http::serve(stream, |request| serving.answer(request)));
            }
        });
        Self { address, shared }
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the level of compatibility that new versions of all subjects must have.
    pub fn set_level(&self, level: Level) {
        self.state().store.level = level;
    }

    /// Requires HTTP Basic authentication.
    pub fn set_login(&self, user: &str, password: &str) {
        self.state().login = Some(http::basic(user, password));
    }

    /// Makes all requests fail, until [`recover`](Self::recover).
    pub fn fail(&self, fault: Fault) {
        let is_away = fault == Fault::Away;
        self.state().fault = Some(fault);
        if is_away {
            self.shared.connections.close();
        }
    }

    /// Ends the failure, on the same port.
    ///
    /// # Panics
    ///
    /// Panics if another process has taken the port.
    pub fn recover(&self) {
        self.state().fault = None;
        self.shared.connections.reopen().expect("the port is still free");
    }

    /// Forgets a schema, as a registry that was restored from a backup does.
    pub fn forget(&self, id: u32) {
        self.state().store.forget(id);
    }

    /// Returns the requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Registers a schema and returns its id.
    ///
    /// # Panics
    ///
    /// Panics if it is invalid or incompatible.
    #[must_use]
    pub fn register(&self, subject: &str, schema: &str) -> u32 {
        self.state().store.register(subject, schema).unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Returns the schema with this id.
    #[must_use]
    pub fn schema(&self, id: u32) -> Option<String> {
        self.state().store.schema(id).map(str::to_owned)
    }

    /// Returns all subjects, sorted.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        self.state().store.subjects()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        self.shared.connections.close();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request) -> Option<Answer> {
        let mut state = self.state();
        state.requests.push(request.clone());
        let is_known = state.login.as_ref().is_none_or(|login| request.authorization.as_ref() == Some(login));
        match state.fault.clone() {
            Some(Fault::Answer(status, code, message)) => return Some(Answer::error(status, code, &message)),
            Some(Fault::Slow(time)) => {
                drop(state);
                thread::sleep(time);
                state = self.state();
            }
            Some(Fault::HangUp | Fault::Away) => return None,
            None => {}
        }
        Some(if is_known { state.store.answer(request) } else { Answer::error(401, 401, "Unauthorized") })
    }
}
