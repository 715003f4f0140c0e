//! `consume-events`: runs the receivers of this program for the events of topics.

use std::{
    io::{self, Write},
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{
    bus::SettingsArgs,
    outcome::{CommandResult, Failure, Outcome},
};
use crate::{
    event::AnyEvent,
    event_bus::{
        Consumer, OnError, OnUnknownType, Settings, Stop, chain, install, run_all, settings::ConsumerExtra,
    },
    metadata::EventsMetadata,
};

/// The exit code of a program that a second signal ends.
const SECOND_SIGNAL: i32 = 130;

/// The arguments of `consume-events`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events consume-events -t loans -g reminders
  openedx-events consume-events -t loans -g reminders --extra '{\"check_backlog\": true}'

Exit codes:
  0    told to stop (SIGINT, SIGTERM), or COUNT messages were handled, or consumers are not enabled
  2    cannot begin: wrong arguments or settings, or no receiver in this program
  3    a receiver took longer than EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT
  4    too many errors in a row (EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT)
  5    a message failed, and `--on-error stop` or `--on-unknown-type stop` was given
  6    told to stop, and the message in hand was not finished in time
  130  told to stop a second time")]
pub struct ConsumeEvents {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`. Without it, the enabled topics of
    /// `EVENT_BUS_CONSUMER_CONFIG` are consumed.
    #[arg(short, long, requires = "group")]
    topic: Option<String>,
    /// Consumer group.
    #[arg(short, long, alias = "group_id", alias = "group-id", requires = "topic")]
    group: Option<String>,
    /// More, as a JSON object: `consumer_name`, `last_read_msg_id`, `check_backlog`, `claim_msgs_older_than`
    /// (milliseconds).
    #[arg(long, value_name = "JSON", requires = "topic")]
    extra: Option<String>,
    /// Name of this member of the group, the same after a restart; `{service}.{host}` unless given.
    #[arg(long, alias = "consumer_name", value_name = "NAME")]
    consumer_name: Option<String>,
    /// Ends when so many messages were handled.
    #[arg(long)]
    count: Option<u64>,
    /// Write each event as a JSON line, with its personal data in clear, before its receivers run.
    #[arg(long)]
    print: bool,
    /// How many messages are handled at a time; those with one key are handled one after the other.
    #[arg(long, default_value_t = 1, value_name = "N")]
    concurrency: usize,
    /// How many messages are read at a time.
    #[arg(long, default_value_t = 100, value_name = "N")]
    batch: usize,
    /// What becomes of a message that failed as often as it may.
    #[arg(long, alias = "on_error", value_enum, default_value_t = Final::DeadLetter)]
    on_error: Final,
    /// What becomes of a message whose event type this program does not know.
    #[arg(long, alias = "on_unknown_type", value_enum, default_value_t = Unknown::DeadLetter)]
    on_unknown_type: Unknown,
    /// Event types to handle; messages of others are acknowledged and passed over.
    #[arg(long, value_name = "TYPE", num_args = 1..)]
    only: Vec<String>,
    /// Consume also a topic that this process produces to.
    #[arg(long, alias = "allow_loop")]
    allow_loop: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Final {
    /// It goes to the dead letters of the group.
    DeadLetter,
    /// It is acknowledged and forgotten, as in Python.
    Ack,
    /// It stays pending, and the consumer ends.
    Stop,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unknown {
    /// It goes to the dead letters of the group.
    DeadLetter,
    /// It is acknowledged.
    Skip,
    /// It stays pending, and the consumer ends.
    Stop,
}

impl ConsumeEvents {
    pub(super) fn run(self, _: &mut dyn Write) -> CommandResult {
        let settings = self.settings.load()?;
        // Receivers may send events, which go where the settings say.
        let _guard = install(&settings).map_err(|error| Failure::new(chain(&error)))?;
        let consumers = self.consumers(&settings)?;
        let stop = stop_on_signals()?;
        match run_all(&consumers, &stop) {
            Ok(_) => Ok(Outcome::Done),
            Err(error) => Err(Failure::with_code(chain(&error), error.exit_code())),
        }
    }

    fn consumers(&self, settings: &Settings) -> Result<Vec<Consumer>, Failure> {
        let topics: Vec<(&str, &str, ConsumerExtra)> = match (&self.topic, &self.group) {
            (Some(topic), Some(group)) => {
                let extra = match &self.extra {
                    Some(json) => {
                        settings.read_extra(json).map_err(|error| Failure::new(error.to_string()))?
                    }
                    None => settings
                        .consumer
                        .config
                        .get(topic)
                        .map(|config| config.extra.clone())
                        .unwrap_or_default(),
                };
                vec![(topic, group, extra)]
            }
            _ => {
                let enabled = settings.consumer.config.iter().filter(|(_, config)| config.enabled);
                enabled.map(|(topic, config)| (&**topic, &*config.group_id, config.extra.clone())).collect()
            }
        };
        if topics.is_empty() {
            return Err(Failure::new(
                "there is nothing to consume: name a topic and a group (`-t TOPIC -g GROUP`), or enable a topic in \
                 EVENT_BUS_CONSUMER_CONFIG",
            ));
        }
        let consumer = |(topic, group, extra)| self.consumer(settings, topic, group, extra);
        Ok(topics.into_iter().map(consumer).collect())
    }

    fn consumer(&self, settings: &Settings, topic: &str, group: &str, mut extra: ConsumerExtra) -> Consumer {
        if let Some(name) = &self.consumer_name {
            extra.consumer_name = Some(name.clone());
        }
        let consumer = Consumer::new(settings)
            .topic(topic)
            .group(group)
            .extra(&extra)
            .concurrency(self.concurrency)
            .batch(self.batch)
            .only(self.only.iter().cloned())
            .allow_loop(self.allow_loop)
            .on_error(match self.on_error {
                Final::DeadLetter => OnError::DeadLetter,
                Final::Ack => OnError::Acknowledge,
                Final::Stop => OnError::Stop,
            })
            .on_unknown_type(match self.on_unknown_type {
                Unknown::DeadLetter => OnUnknownType::DeadLetter,
                Unknown::Skip => OnUnknownType::Skip,
                Unknown::Stop => OnUnknownType::Stop,
            });
        let consumer = self.count.into_iter().fold(consumer, Consumer::count);
        if self.print { consumer.print(print) } else { consumer }
    }
}

/// A reader of standard output that has gone is no reason to stop handling messages.
fn print(event: AnyEvent<'_>, metadata: &EventsMetadata) {
    let parsed = |json: &str| serde_json::from_str(json).unwrap_or(serde_json::Value::Null);
    let data = event.to_json().map_or(serde_json::Value::Null, |json| parsed(&json));
    let line =
        json!({"event_type": event.event_type(), "metadata": parsed(&metadata.to_json()), "data": data});
    let _ = writeln!(io::stdout(), "{line}");
}

/// The first signal lets the message in hand be finished; the second ends the process.
fn stop_on_signals() -> Result<Stop, Failure> {
    let stop = Stop::new();
    let (theirs, told) = (stop.clone(), Arc::new(AtomicBool::new(false)));
    ctrlc::set_handler(move || {
        if told.swap(true, Ordering::AcqRel) {
            process::exit(SECOND_SIGNAL);
        }
        tracing::info!("told to stop: the message in hand is finished first");
        theirs.stop();
    })
    .map_err(|error| Failure::new(format!("signals cannot be handled: {error}")))?;
    Ok(stop)
}
