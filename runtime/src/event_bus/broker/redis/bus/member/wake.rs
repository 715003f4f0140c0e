//! Ends the wait of a member from another thread, over a second connection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::event_bus::broker::redis::bus::{
    command::Commands, connector::Connector, failure::Trouble, reply,
};

/// How long waking may take. If the server does not answer, the wait ends by its own timeout.
const LIMIT: Duration = Duration::from_millis(300);
/// The pause before the next try, if the wait has not reached the server yet.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) struct Wake {
    connector: Arc<Connector>,
    is_woken: AtomicBool,
    /// The server's id of the connection that waits; 0 if none does.
    waiting: AtomicU64,
}

impl Wake {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self { connector, is_woken: AtomicBool::new(false), waiting: AtomicU64::new(0) }
    }

    /// Returns whether the member was woken, and clears the flag.
    pub(super) fn take(&self) -> bool {
        self.is_woken.swap(false, Ordering::SeqCst)
    }

    /// Calls `wait`, which waits on the connection `client_id`, unless the member was woken.
    pub(super) fn unless_woken(
        &self,
        client_id: Option<u64>,
        wait: impl FnOnce() -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.waiting.store(client_id.unwrap_or_default(), Ordering::SeqCst);
        // A waker that ran before that line did not see that this member waits.
        let is_woken = self.is_woken.load(Ordering::SeqCst);
        let result = if is_woken { Ok(()) } else { wait() };
        self.waiting.store(0, Ordering::SeqCst);
        result
    }

    /// Ends the current wait of the member, or its next one.
    pub(super) fn wake(&self) {
        self.is_woken.store(true, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        let deadline = Instant::now() + LIMIT;
        let connection = self.connector.connect(&self.connector.client_name(&["waker"]), deadline);
        let Ok(mut connection) = connection else { return };
        while let waiting @ 1.. = self.waiting.load(Ordering::SeqCst) {
            let mut commands = Commands::new();
            commands.command(3).word("CLIENT").word("UNBLOCK").number(waiting);
            let replies = connection.call(&commands, deadline).unwrap_or_default();
            // The server replies 0 if the connection does not wait yet.
            if replies.first().and_then(reply::number) != Some(0) {
                return;
            }
            thread::sleep(PAUSE);
        }
    }
}
