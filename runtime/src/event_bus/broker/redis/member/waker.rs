//! Ends a wait from another thread, by another connection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::event_bus::broker::redis::{command::Commands, connector::Connector, reply};

/// Waking somebody up may take so long. Then the server does not answer, and the wait ends by its own timeout.
const LIMIT: Duration = Duration::from_millis(300);
/// The wait has begun here, and not yet at the server: asked again after this.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) struct Wake {
    connector: Arc<Connector>,
    pub(super) woken: AtomicBool,
    /// The server's number of the connection that waits, else 0.
    pub(super) blocked: AtomicU64,
}

impl Wake {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self { connector, woken: AtomicBool::new(false), blocked: AtomicU64::new(0) }
    }

    pub(super) fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        let deadline = Instant::now() + LIMIT;
        let name = super::client_name(&self.connector.options.service_name, &["waker"]);
        let mut connection = None;
        while Instant::now() < deadline {
            let blocked = self.blocked.load(Ordering::SeqCst);
            if blocked == 0 {
                return;
            }
            let link = match connection.take() {
                Some(link) => Ok(link),
                None => self.connector.connect(&name, deadline),
            };
            let Ok(mut link) = link else { return };
            let mut commands = Commands::new();
            commands.push(&["CLIENT", "UNBLOCK", &blocked.to_string()]);
            let reply = link.call(&commands, deadline).map(|mut replies| replies.pop().unwrap_or_default());
            match reply.map(|reply| reply::count(reply, "CLIENT UNBLOCK")) {
                Ok(Ok(0)) => connection = Some(link),
                _ => return,
            }
            thread::sleep(PAUSE);
        }
    }
}
