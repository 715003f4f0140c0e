//! Tells whether topics and groups exist, and which similar ones do. A misspelt name would otherwise look like an empty topic.

use std::{fmt, sync::mpsc, thread, time::Duration};

use super::find::near_misses;
use crate::event_bus::{BusError, Operations, Settings, Stop, operations};

/// How long a command waits for the answer.
const WAIT: Duration = Duration::from_secs(2);
/// How often it checks whether the consumer was stopped.
const PAUSE: Duration = Duration::from_millis(50);

/// A topic, and a group of it, as the command line and the settings name them.
#[derive(Clone)]
pub(super) struct Names {
    /// The topic's name without the prefix.
    pub(super) topic: String,
    /// The topic's full name.
    pub(super) full: String,
    pub(super) group: Option<String>,
}

/// A topic or a group that does not exist.
pub(super) struct Missing {
    names: Names,
    is_topic: bool,
    /// How an administrator creates the topic, if the bus does not.
    how_to_create: Option<String>,
    /// Similar names that exist.
    near: Vec<String>,
}

impl Names {
    pub(super) fn new(settings: &Settings, topic: &str, group: Option<&str>) -> Self {
        let full = settings.stream_name(topic);
        Self { topic: topic.to_owned(), full, group: group.map(str::to_owned) }
    }

    /// Returns what does not exist: the topic or, if it exists, the group.
    pub(super) fn missing(&self, operations: &mut dyn Operations) -> Result<Option<Missing>, BusError> {
        let how_to_create = operations.how_to_create(&self.full);
        let missing = |is_topic, near: Vec<&str>| {
            let near = near.into_iter().map(str::to_owned).collect();
            Ok(Some(Missing { names: self.clone(), is_topic, how_to_create, near }))
        };
        match (operations.groups(&self.full)?, &self.group) {
            (None, _) => {
                // Similar names are a courtesy: some users of a server may not list its topics.
                let topics = operations.topics().unwrap_or_default();
                let known = || topics.iter().map(|known| &**known).filter(|known| !known.contains(".dlq."));
                let mut near = near_misses(&self.full, known());
                // The prefix may be wrong.
                near.extend(near_misses(&self.topic, known()));
                near.sort_unstable();
                near.dedup();
                missing(true, near)
            }
            (Some(groups), Some(group)) if !groups.contains(group) => {
                missing(false, near_misses(group, groups.iter().map(|known| &**known)))
            }
            _ => Ok(None),
        }
    }
}

impl Missing {
    /// Says what to do about it.
    pub(super) fn help(&self) -> String {
        let near = self.near.join("`, `");
        match (self.is_topic, near.is_empty()) {
            (true, true) => {
                let created = match &self.how_to_create {
                    Some(how) => format!("an administrator creates it {how}"),
                    None => "the first event or the first consumer creates a topic".to_owned(),
                };
                format!("check the topic, and the prefix in `EVENT_BUS_TOPIC_PREFIX`; {created}")
            }
            (true, false) => format!(
                "did you mean `{near}`? The full name begins with `EVENT_BUS_TOPIC_PREFIX`, and `-t` takes the rest"
            ),
            (false, true) => {
                "check the group; a group exists once its consumer has started for the first time".to_owned()
            }
            (false, false) => format!("did you mean `{near}`?"),
        }
    }

    /// Returns the name of the finding for `check`.
    pub(super) fn rule(&self) -> &'static str {
        if self.is_topic { "topic_missing" } else { "group_missing" }
    }

    /// Returns whether it comes into being when it is used.
    pub(super) fn is_created(&self) -> bool {
        !self.is_topic || self.how_to_create.is_none()
    }

    /// Returns whether a consumer that creates it at its start is probably misconfigured. Each group is new once.
    fn is_suspicious(&self) -> bool {
        self.is_topic || !self.near.is_empty()
    }
}

/// The first line of a message.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Names { full, group, .. } = &self.names;
        match group {
            Some(group) if !self.is_topic => write!(f, "topic `{full}` has no group `{group}`"),
            _ => write!(f, "topic `{full}` does not exist"),
        }
    }
}

/// Warns about topics and groups that the command is about to create. Waits for the server for a moment only: the command itself
/// waits for as long as needed, and reports what is wrong with the server.
pub(super) fn warn_before_creating(settings: &Settings, names: Vec<Names>, stop: &Stop) {
    let (sender, answer) = mpsc::channel();
    let settings = settings.clone();
    thread::spawn(move || {
        let Ok(mut operations) = operations(&settings) else { return };
        for names in names {
            let Ok(missing) = names.missing(&mut *operations) else { return };
            if sender.send(missing).is_err() {
                return;
            }
        }
    });
    let mut left = WAIT;
    while !left.is_zero() && !stop.is_stopped() {
        match answer.recv_timeout(PAUSE) {
            Ok(Some(missing)) if missing.is_suspicious() => {
                let creating = if missing.is_created() { "; creating it" } else { "" };
                tracing::warn!("{missing}{creating} ({})", missing.help());
            }
            Ok(_) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => left -= PAUSE,
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}
