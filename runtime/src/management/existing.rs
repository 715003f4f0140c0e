//! Tells whether topics and groups exist, and which similar ones do. A misspelt name would otherwise look like an empty topic.

use std::{
    fmt,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{find::near_misses, result::CommandError};
use crate::event_bus::{BusError, Operations, Settings, Stop, bus};

/// How long a command waits for the answer.
const WAIT: Duration = Duration::from_secs(2);
/// How long a topic that an administrator creates may be missing: a broker may not know yet that it was just created.
const NEW_TOPIC: Duration = Duration::from_secs(1);
/// How often the command asks again, and checks whether the consumer was stopped.
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

    /// Returns whether a consumer that creates it at its start is probably misconfigured. A new group is normal, unless an
    /// existing one has a similar name.
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

/// Looks at the topics and groups that a command uses before it starts. Warns about those that it is about to create. Waits for the
/// server for a moment only: the command itself waits for as long as needed, and reports what is wrong with the server.
pub(super) struct FirstLook {
    missing: Vec<Missing>,
}

impl FirstLook {
    /// Looks on the bus called `bus`.
    pub(super) fn at(settings: &Settings, bus: &str, names: Vec<Names>, stop: &Stop) -> Self {
        let answers = ask(settings.clone(), bus.to_owned(), names);
        let mut missing = Vec::new();
        let mut left = WAIT;
        while !left.is_zero() && !stop.is_stopped() {
            match answers.recv_timeout(PAUSE) {
                Ok(found) => missing.extend(found),
                Err(mpsc::RecvTimeoutError::Timeout) => left -= PAUSE,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        let look = Self { missing };
        for missing in look.missing.iter().filter(|missing| missing.is_created() && missing.is_suspicious()) {
            tracing::warn!("{missing}; creating it ({})", missing.help());
        }
        look
    }

    /// Fails if a topic is missing that the command cannot create. The bus would say the same later, without similar names.
    pub(super) fn require_all(self) -> Result<(), CommandError> {
        match self.missing.into_iter().find(|missing| !missing.is_created()) {
            Some(missing) => Err(CommandError::new(format!("{missing}\nhelp: {}", missing.help()))),
            None => Ok(()),
        }
    }

    /// Warns about a missing topic with a similar name. Brokers may create it nevertheless, and if they do not, the bus says so.
    pub(super) fn warn_of_similar_names(self) {
        for missing in self.missing.iter().filter(|missing| !missing.is_created() && !missing.near.is_empty())
        {
            tracing::warn!("{missing} ({})", missing.help());
        }
    }
}

/// Asks the bus on another thread for what is missing.
fn ask(settings: Settings, name: String, names: Vec<Names>) -> mpsc::Receiver<Option<Missing>> {
    let (sender, answers) = mpsc::channel();
    thread::spawn(move || {
        let Ok(mut operations) = bus(&name, &settings).and_then(|bus| bus.operations()) else { return };
        let until = Instant::now() + NEW_TOPIC;
        for names in names {
            let mut missing = names.missing(&mut *operations);
            while missing.as_ref().is_ok_and(|missing| missing.as_ref().is_some_and(|one| !one.is_created()))
                && Instant::now() < until
            {
                thread::sleep(PAUSE);
                missing = names.missing(&mut *operations);
            }
            let Ok(missing) = missing else { return };
            if sender.send(missing).is_err() {
                return;
            }
        }
    });
    answers
}
