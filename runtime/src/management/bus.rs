//! What the commands of the event bus have in common: settings, topics, and how an entry is written.

use std::path::{Path, PathBuf};

use clap::{Args, builder::NonEmptyStringValueParser};
use serde_json::{Map, Value};

use super::{outcome::Failure, redact::redact};
use crate::{
    event_bus::{
        BusError, EntryId, Guard, InstallError, Message, Operations, Settings, chain, install, operations,
        settings::SettingsError,
    },
    registry,
};

/// Where settings come from.
#[derive(Args, Clone, Debug)]
pub(super) struct SettingsArgs {
    /// Settings file (YAML, JSON or TOML), such as the `lms.env.yml` of a service. Environment variables win.
    ///
    /// Else the file that `OPENEDX_EVENTS_SETTINGS` names, if it is set.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl SettingsArgs {
    pub(super) fn read(&self) -> Result<Settings, SettingsError> {
        Settings::load(self.settings.as_deref())
    }

    /// For [`install`], which logs the warnings.
    pub(super) fn load(&self) -> Result<Settings, Failure> {
        self.read().map_err(|error| Failure::new(error.to_string()))
    }

    /// The settings file, where one was named.
    pub(super) fn file(&self) -> Option<&Path> {
        self.settings.as_deref()
    }
}

/// A topic, and how to reach it.
#[derive(Args, Debug)]
pub(super) struct TopicArgs {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`.
    #[arg(short, long, value_parser = NonEmptyStringValueParser::new())]
    topic: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl TopicArgs {
    /// The topic's full name, and what operates on it.
    pub(super) fn open(&self) -> Result<(String, Box<dyn Operations>), Failure> {
        let settings = self.settings.load()?;
        for warning in settings.warnings() {
            tracing::warn!("{warning}");
        }
        Ok((settings.stream_name(&self.topic), operations(&settings)?))
    }

    /// The same, for receivers that run: events that they send go where the settings say, as long as there is the guard.
    pub(super) fn open_and_install(&self) -> Result<(String, Box<dyn Operations>, Guard), Failure> {
        let settings = self.settings.load()?;
        let guard = install(&settings)?;
        Ok((settings.stream_name(&self.topic), operations(&settings)?, guard))
    }
}

/// A consumer group of a topic.
#[derive(Args, Debug)]
pub(super) struct GroupArgs {
    #[command(flatten)]
    pub(super) topic: TopicArgs,
    /// Consumer group.
    #[arg(short, long, alias = "group_id", alias = "group-id", value_parser = NonEmptyStringValueParser::new())]
    pub(super) group: String,
}

/// Of the bus itself.
impl From<BusError> for Failure {
    fn from(error: BusError) -> Self {
        Self::new(chain(&error))
    }
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        Self::new(chain(&error))
    }
}

/// An entry as JSON: its id, its metadata, and its data without what is personal, unless that is to be revealed. What
/// cannot be read has an `error`.
pub(super) fn entry(id: &EntryId, message: &Message, reveal: bool) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("id".to_owned(), id.as_str().into());
    if let Err(error) = describe(message, reveal, &mut line) {
        line.insert("error".to_owned(), error.into());
    }
    line
}

fn describe(message: &Message, reveal: bool, line: &mut Map<String, Value>) -> Result<(), String> {
    if let Some(event_type) = message.event_type() {
        line.insert("event_type".to_owned(), event_type.into());
    }
    let (metadata, absent) = message.metadata().map_err(|error| chain(&error))?;
    let mut headers: Map<String, Value> = serde_json::from_str(&metadata.to_json()).unwrap_or_default();
    // A consumer would make up what the message does not say.
    headers.retain(|name, _| !absent.contains(&&**name));
    line.insert("metadata".to_owned(), headers.into());
    let definition = registry::get(&metadata.event_type)
        .ok_or_else(|| format!("this program has no event of the type `{}`", metadata.event_type))?;
    let bytes = message.event_data().map_err(|error| error.to_string())?;
    let data = definition.decode_to_json(bytes).map_err(|error| error.to_string())?;
    let mut data = serde_json::from_str(&data).unwrap_or(Value::Null);
    if !reveal {
        redact(definition, &mut data);
    }
    line.insert("data".to_owned(), data);
    Ok(())
}
