//! Arguments that the commands of the event bus share: settings, topics and groups.

use std::path::PathBuf;

use clap::{Args, builder::NonEmptyStringValueParser};

use super::result::CommandError;
use crate::event_bus::{Guard, Operations, Settings, install, operations, settings::SettingsError};

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
    /// Returns the topic's full name and its operations.
    pub(super) fn open(&self) -> Result<(String, Box<dyn Operations>), CommandError> {
        let settings = self.settings.read()?;
        for warning in settings.warnings() {
            tracing::warn!("{warning}");
        }
        Ok((settings.stream_name(&self.topic), operations(&settings)?))
    }

    /// Returns the topic's full name and its operations for a command that runs receivers. While the guard exists, events that
    /// the receivers send follow the routes in the settings.
    pub(super) fn open_and_install(&self) -> Result<(String, Box<dyn Operations>, Guard), CommandError> {
        let settings = self.settings.read()?;
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
