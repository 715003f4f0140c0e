//! `consume-events`: runs the receivers of this program for the events of topics.

use std::{
    env,
    io::{self, Write},
    num::NonZeroUsize,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::{Args, ValueEnum, builder::NonEmptyStringValueParser};
use serde_json::{Value, json};

use super::{
    bus::SettingsArgs,
    find,
    lines::escape_line_breaks,
    outcome::{CommandResult, Failure, Outcome},
};
use crate::{
    event::AnyEvent,
    event_bus::{
        ConsumeError, Consumer, EntryId, OnError, OnUnknownType, Settings, Stop, chain, install, run_all,
        settings::ConsumerExtra,
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
  130  told to stop a second time
  141  the reader of what `--print` writes closed it")]
pub struct ConsumeEvents {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`. Without it, the enabled topics of
    /// `EVENT_BUS_CONSUMER_CONFIG` are consumed.
    #[arg(short, long, requires = "group", value_parser = NonEmptyStringValueParser::new())]
    topic: Option<String>,
    /// Consumer group.
    #[arg(
        short,
        long,
        alias = "group_id",
        alias = "group-id",
        requires = "topic",
        value_parser = NonEmptyStringValueParser::new()
    )]
    group: Option<String>,
    /// More, as a JSON object: `consumer_name`, `last_read_msg_id`, `check_backlog`, `claim_msgs_older_than`
    /// (milliseconds). It needs `--topic` and `--group`; what it leaves out is as `EVENT_BUS_CONSUMER_CONFIG` has it for the topic.
    #[arg(long, value_name = "JSON", requires = "topic")]
    extra: Option<String>,
    /// Name of this member of the group, the same after a restart; `{service}.{host}` unless given.
    #[arg(long, alias = "consumer_name", value_name = "NAME")]
    consumer_name: Option<String>,
    /// Ends when so many messages of each topic were dealt with; those that are passed over do not count.
    #[arg(long)]
    count: Option<u64>,
    /// Write each event as a JSON line, with its personal data in clear, before its receivers run.
    #[arg(long)]
    print: bool,
    /// How many messages are handled at a time; those with one key are handled one after the other.
    #[arg(long, default_value = "1", value_name = "N")]
    concurrency: NonZeroUsize,
    /// How many messages are read at a time.
    #[arg(long, default_value = "100", value_name = "N")]
    batch: NonZeroUsize,
    /// How long the message in hand may take after the first signal.
    #[arg(long, alias = "stop_timeout", default_value = "30", value_name = "SECONDS", value_parser = seconds)]
    stop_timeout: Duration,
    /// What becomes of a message that failed as often as it may.
    #[arg(long, alias = "on_error", value_enum, default_value_t = Final::DeadLetter)]
    on_error: Final,
    /// What becomes of a message whose event type this program does not know.
    #[arg(long, alias = "on_unknown_type", value_enum, default_value_t = Unknown::DeadLetter)]
    on_unknown_type: Unknown,
    /// Event types or constants to handle; messages of others are acknowledged and passed over.
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
        let _guard = install(&settings)?;
        let (stop, is_closed) = (Stop::new(), Arc::new(AtomicBool::new(false)));
        let consumers =
            self.consumers(&settings, &Printer { stop: stop.clone(), is_closed: Arc::clone(&is_closed) })?;
        stop_on_signals(&stop)?;
        match run_all(&consumers, &stop) {
            Ok(_) if is_closed.load(Ordering::Acquire) => Err(Failure::ClosedPipe),
            Ok(_) => Ok(Outcome::Done),
            Err(ConsumeError::GroupExists { topic, group, entry, .. }) => Err(Failure::new(format!(
                "group `{group}` of topic `{topic}` already exists and keeps its position\nnote: `last_read_msg_id` only applies to a \
                 new group\nhelp: to move this one, stop its consumers, run this command, and start them without \
                 `last_read_msg_id`:\n  {}",
                self.seek_command(&topic, &group, &entry)
            ))),
            Err(error) => Err(Failure::with_code(chain(&error), error.exit_code())),
        }
    }

    /// The command that does what was asked for, for this program as it was called.
    fn seek_command(&self, topic: &str, group: &str, to: &EntryId) -> String {
        let arguments: Vec<String> = env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        let own = arguments.iter().position(|word| ["consume-events", "consume_events"].contains(&&**word));
        let mut words =
            own.map_or_else(|| vec!["openedx-events".to_owned()], |own| arguments[..own].to_vec());
        words.extend(["seek", "-t", topic, "-g", group, "--to", to.as_str()].map(str::to_owned));
        if let Some(file) = self.settings.file() {
            words.extend(["--settings".to_owned(), file.display().to_string()]);
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    fn consumers(&self, settings: &Settings, printer: &Printer) -> Result<Vec<Consumer>, Failure> {
        let only = self.only.iter().map(|name| Ok(find::event(name)?.event_type()));
        let only = only.collect::<Result<Vec<_>, Failure>>()?;
        let topics: Vec<(&str, &str, ConsumerExtra)> = match (&self.topic, &self.group) {
            (Some(topic), Some(group)) => {
                let configured = settings.consumer.config.get(topic).map(|config| config.extra.clone());
                let configured = configured.unwrap_or_default();
                let extra = match &self.extra {
                    Some(json) => settings
                        .read_extra_over(configured, json)
                        .map_err(|error| Failure::new(error.to_string()))?,
                    None => configured,
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
        let consumer = |(topic, group, extra)| {
            let consumer = self.consumer(settings, topic, group, extra).only(only.iter().copied());
            let printer = printer.clone();
            if self.print {
                consumer.print(move |event, metadata| printer.print(event, metadata))
            } else {
                consumer
            }
        };
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
            .concurrency(self.concurrency.get())
            .batch(self.batch.get())
            .stop_timeout(self.stop_timeout)
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
        self.count.into_iter().fold(consumer, Consumer::count)
    }
}

/// Writes events to standard output. Where nobody reads it any more, the consumer ends, as if it were told to.
#[derive(Clone)]
struct Printer {
    stop: Stop,
    is_closed: Arc<AtomicBool>,
}

impl Printer {
    fn print(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) {
        let parsed = |json: &str| serde_json::from_str(json).unwrap_or(Value::Null);
        let data = event.to_json().map_or(Value::Null, |json| parsed(&json));
        let line =
            json!({"event_type": event.event_type(), "metadata": parsed(&metadata.to_json()), "data": data});
        let written = writeln!(io::stdout(), "{}", escape_line_breaks(line.to_string()));
        if written.is_err() && !self.is_closed.swap(true, Ordering::AcqRel) {
            tracing::warn!("nobody reads what is printed: the consumer ends");
            self.stop.stop();
        }
    }
}

/// A word of a shell's command line.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=+@,%".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "a number of seconds is needed, as in `2.5`".to_owned())
}

/// The first signal lets the message in hand be finished; the second ends the process.
fn stop_on_signals(stop: &Stop) -> Result<(), Failure> {
    let (theirs, told) = (stop.clone(), Arc::new(AtomicBool::new(false)));
    ctrlc::set_handler(move || {
        if told.swap(true, Ordering::AcqRel) {
            process::exit(SECOND_SIGNAL);
        }
        tracing::info!("told to stop: the message in hand is finished first");
        theirs.stop();
    })
    .map_err(|error| Failure::new(format!("signals cannot be handled: {error}")))
}
