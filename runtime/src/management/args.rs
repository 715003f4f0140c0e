//! Arguments that the commands of the event bus share: settings, topics and groups.

use std::{path::PathBuf, time::Duration};

use clap::{Args, builder::NonEmptyStringValueParser};

use super::{
    existing::{Missing, Names},
    result::CommandError,
};
use crate::event_bus::{
    BusError, Operations, ProduceError, Settings, install, operations, settings::SettingsError,
};

/// How long events that are delivered in the background may take when a command ends.
const FLUSH: Duration = Duration::from_secs(15);

/// The settings file.
#[derive(Args, Clone, Debug)]
pub(super) struct SettingsArgs {
    /// Settings file (YAML, JSON or TOML), such as the `lms.env.yml` of a service. Environment variables override it.
    ///
    /// By default, the file that `OPENEDX_EVENTS_SETTINGS` names.
    #[arg(long = "settings", value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

impl SettingsArgs {
    pub(super) fn read(&self) -> Result<Settings, SettingsError> {
        Settings::load(self.file.as_deref())
    }
}

/// A topic and its event bus.
#[derive(Args, Debug)]
pub(super) struct TopicArgs {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`.
    #[arg(short, long, value_parser = NonEmptyStringValueParser::new())]
    topic: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl TopicArgs {
    /// Opens the topic. `group` is the group that the command is about.
    pub(super) fn open(&self, group: Option<&str>) -> Result<OpenTopic, CommandError> {
        let settings = self.settings.read()?;
        for warning in settings.warnings() {
            tracing::warn!("{warning}");
        }
        self.open_with(&settings, group)
    }

    /// Opens the topic with settings whose warnings are logged elsewhere.
    fn open_with(&self, settings: &Settings, group: Option<&str>) -> Result<OpenTopic, CommandError> {
        let names = Names::new(settings, &self.topic, group);
        Ok(OpenTopic { name: names.full.clone(), names, operations: operations(settings)? })
    }
}

/// A topic, and the operations of its bus.
pub(super) struct OpenTopic {
    /// The full name.
    pub(super) name: String,
    names: Names,
    pub(super) operations: Box<dyn Operations>,
}

impl OpenTopic {
    /// Returns the topic or the group that does not exist.
    pub(super) fn missing(&mut self) -> Result<Option<Missing>, BusError> {
        self.names.missing(&mut *self.operations)
    }

    /// Explains why a command finds nothing: fails if the topic or the group does not exist. A server that does not tell has
    /// answered the command itself.
    pub(super) fn explain_nothing(&mut self) -> Result<(), CommandError> {
        match self.missing() {
            Ok(Some(missing)) => Err(CommandError::new(format!("{missing}\nhelp: {}", missing.help()))),
            _ => Ok(()),
        }
    }
}

/// Runs `work` with the event bus of the settings installed, so that events of receivers follow the routes in the settings.
/// Then closes the bus. Returns the result of `work`, and whether all events reached the bus.
pub(super) fn with_bus<T>(
    settings: &Settings,
    work: impl FnOnce() -> Result<T, CommandError>,
) -> Result<(T, Result<(), ProduceError>), CommandError> {
    let bus = install(settings)?;
    let result = work();
    let closed = bus.close(FLUSH);
    match result {
        Ok(result) => Ok((result, closed)),
        Err(error) => {
            // The command reports its own error.
            if let Err(undelivered) = closed {
                undelivered.log_lost();
            }
            Err(error)
        }
    }
}

/// A consumer group of a topic.
#[derive(Args, Debug)]
pub(super) struct GroupArgs {
    #[command(flatten)]
    topic: TopicArgs,
    /// Consumer group.
    #[arg(short, long, alias = "group_id", alias = "group-id", value_parser = NonEmptyStringValueParser::new())]
    pub(super) group: String,
}

impl GroupArgs {
    pub(super) fn open(&self) -> Result<OpenTopic, CommandError> {
        self.topic.open(Some(&self.group))
    }

    /// Opens the topic, and returns the settings for a command that runs receivers.
    pub(super) fn open_with_settings(&self) -> Result<(Settings, OpenTopic), CommandError> {
        let settings = self.topic.settings.read()?;
        let topic = self.topic.open_with(&settings, Some(&self.group))?;
        Ok((settings, topic))
    }
}
