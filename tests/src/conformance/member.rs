//! A consumer that runs on a thread of its own.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use openedx_events::event_bus::{ConsumeError, Consumer, EntryId, Report, Stop};
use tracing::subscriber::with_default;

use super::{Lines, link::Link};

type Outcome = Result<Report, ConsumeError>;

/// A member of a group. It is stopped when this is dropped.
pub(super) struct Member {
    stop: Stop,
    link: Arc<Link>,
    lines: Lines,
    ended: Receiver<Outcome>,
    patience: Duration,
}

/// Ends a member as the end of its process would: whatever it says does not reach the bus.
#[derive(Clone)]
pub(super) struct Death {
    stop: Stop,
    link: Arc<Link>,
}

impl Death {
    pub(super) fn come(&self) {
        self.link.cut();
        self.stop.stop();
    }

    /// What the member saw, also after its end.
    pub(super) fn link(&self) -> &Link {
        &self.link
    }
}

impl Member {
    pub(super) fn start(consumer: Consumer, link: Arc<Link>, patience: Duration) -> Self {
        let stop = Stop::new();
        let lines = Lines::default();
        let (sender, ended) = channel();
        let (theirs, log) = (stop.clone(), lines.clone());
        thread::spawn(move || {
            let outcome = with_default(log, || consumer.run(&theirs));
            // Where nobody waits for it, the case has failed already.
            let _ = sender.send(outcome);
        });
        Self { stop, link, lines, ended, patience }
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// What the member's own thread logged.
    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    pub(super) fn death(&self) -> Death {
        Death { stop: self.stop.clone(), link: Arc::clone(&self.link) }
    }

    /// All entries that it was handed, with their attempts, in order.
    pub(super) fn handed_out(&self) -> Vec<(EntryId, u32)> {
        self.link.deliveries().concat()
    }

    /// Stops it, and returns what it did.
    pub(super) fn stop(self) -> Outcome {
        self.stop.stop();
        self.end()
    }

    /// Stops it, which must be without an error.
    pub(super) fn stop_well(self) -> Report {
        self.stop().expect("the consumer should stop without an error")
    }

    /// Waits for its end, and returns what it did.
    pub(super) fn end(self) -> Outcome {
        self.ended.recv_timeout(self.patience).expect("the consumer should have ended by now")
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.stop.stop();
    }
}
