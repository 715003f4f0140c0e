//! `consume-events`: runs the receivers of this program for the events of topics.

use std::{
    convert::Infallible,
    env,
    io::{self, Write},
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use clap::{Args, builder::NonEmptyStringValueParser};
use serde_json::{Value, json};

use super::{
    args::{SettingsArgs, with_bus},
    existing::{FirstLook, Names},
    find,
    lines::escape_line_breaks,
    result::{CommandError, CommandResult, Done},
    signals, times,
};
use crate::{
    error::chain,
    event::AnyEvent,
    event_bus::{
        ConsumeError, Consumer, OnError, OnUnknownType, Settings, Start, Stop, operations, run_all,
        seek_arguments, settings::ConsumerExtra, utc,
    },
    executor::in_runtime,
    metadata::EventsMetadata,
};

/// The arguments of `consume-events`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events consume-events -t loans -g reminders
  openedx-events consume-events -t loans -g reminders --extra '{\"check_backlog\": true}'
  openedx-events consume-events -t loans -g repair --from-time 2025-11-30T08:00:00Z --until 2025-11-30T09:00:00Z

Exit codes:
  0    stopped by a signal (SIGINT, SIGTERM), or after N messages or at the time of `--until`, or consumers are not enabled
  2    cannot start: wrong arguments or settings, or no receiver in this program
  3    a synchronous receiver took longer than EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT
  4    too many errors in a row (EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT, or KAFKA instead of REDIS)
  5    a message failed, and `--on-error stop` or `--on-unknown-type stop` was given
  6    stopped by a signal, but the current message took longer than --stop-timeout
  7    the program's own tokio runtime has ended
  130  stopped by a second signal
  141  the reader of `--print`'s output closed it")]
pub struct ConsumeEvents {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`. By default, all enabled topics of
    /// `EVENT_BUS_CONSUMER_CONFIG`.
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
    /// Further options of the topic as a JSON object: `consumer_name`, `last_read_msg_id`, `check_backlog`,
    /// `claim_msgs_older_than` (milliseconds), and on Kafka `group_instance_id`. They override the topic's in `EVENT_BUS_CONSUMER_CONFIG`. With Python's `offset_time`,
    /// the command only moves the group to that time, as `seek --to-time` does.
    #[arg(long, value_name = "JSON", requires = "topic")]
    extra: Option<String>,
    /// Name of this member of the group. It must stay the same after a restart. By default, `{service}.{host}`.
    #[arg(long, alias = "consumer_name", value_name = "NAME")]
    consumer_name: Option<String>,
    /// Stop after N messages per topic. Messages that are skipped do not count.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Let a new group begin with the first message that was stored at this time or later.
    #[arg(long, alias = "from_time", value_name = "TIME", value_parser = times::moment)]
    from_time: Option<SystemTime>,
    /// Stop once the messages that were stored before this time are handled. Later messages stay with the group: they are neither
    /// handled nor acknowledged.
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    until: Option<SystemTime>,
    /// Print each event as a JSON line before its receivers run. Personal data is not redacted.
    #[arg(long)]
    print: bool,
    /// Number of messages to handle at a time. Messages with the same key are handled one after the other.
    #[arg(long, default_value = "1", value_name = "N", value_parser = positive)]
    concurrency: NonZeroUsize,
    /// Number of messages to read at once; fewer if they are large (`EVENT_BUS_CONSUMER_READ_BYTES`) [default: 100, or 2 for each of
    /// `--concurrency` if that is more, or as many as fill a batch of each batch receiver]
    #[arg(long, alias = "read_at_once", value_name = "N", value_parser = positive)]
    read_at_once: Option<NonZeroUsize>,
    /// How long the current message may take after the first signal.
    #[arg(long, alias = "stop_timeout", default_value = "30", value_name = "SECONDS", value_parser = seconds)]
    stop_timeout: Duration,
    /// What to do with a message that has used up its attempts.
    #[arg(long, alias = "on_error", value_enum, default_value_t)]
    on_error: OnError,
    /// What to do with a message whose event type this program does not know.
    #[arg(long, alias = "on_unknown_type", value_enum, default_value_t)]
    on_unknown_type: OnUnknownType,
    /// Event types or constants to handle. Other messages are acknowledged and skipped.
    #[arg(long, value_name = "TYPE", num_args = 1..)]
    only: Vec<String>,
    /// Always refused, with a hint at `--only`: older versions of Python's command had it.
    #[arg(short, long, hide = true, value_name = "TYPE", value_parser = refuse_signal)]
    signal: Option<Infallible>,
    /// Allow consuming a topic that this process also produces to.
    #[arg(long, alias = "allow_loop")]
    allow_loop: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl ConsumeEvents {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        if let (Some(from), Some(until)) = (self.from_time, self.until)
            && until <= from
        {
            return Err(CommandError::new(
                "no message can be in the window: `--until` is not after `--from-time`\nhelp: swap the two times",
            ));
        }
        let settings = self.settings.read()?;
        let (stop, is_closed) = (Stop::new(), Arc::new(AtomicBool::new(false)));
        let printer = Printer { stop: stop.clone(), is_closed: Arc::clone(&is_closed) };
        let topics = self.topics(&settings)?;
        if let [(topic, group, ConsumerExtra { offset_time: Some(time), .. })] = &*topics {
            return reset(&settings, topic, group, *time, out);
        }
        let consumers = self.consumers(&settings, &topics, &printer)?;
        signals::stop_on_signals(&stop)?;
        let consume = || {
            if settings.consumer.enabled
                && let Some(bus) = &settings.consumer.bus
            {
                let names = topics.iter().map(|(topic, group, _)| Names::new(&settings, topic, Some(group)));
                FirstLook::at(&settings, bus, names.collect(), &stop).require_all()?;
            }
            self.consume(&consumers, &stop, &is_closed)
        };
        let (done, closed) = in_runtime(|| with_bus(&settings, consume))??;
        if let Err(undelivered) = closed {
            undelivered.log_lost();
        }
        Ok(done)
    }

    fn consume(&self, consumers: &[Consumer], stop: &Stop, is_closed: &AtomicBool) -> CommandResult {
        match run_all(consumers, stop) {
            Ok(_) if is_closed.load(Ordering::Acquire) => Err(CommandError::ClosedPipe),
            Ok(_) => Ok(Done::Clean),
            Err(ConsumeError::GroupExists { topic, group, start, .. }) => {
                let option = if self.from_time.is_some() { "--from-time" } else { "last_read_msg_id" };
                Err(CommandError::new(format!(
                    "group `{group}` of topic `{topic}` already exists and keeps its position\nnote: `{option}` only applies to a \
                     new group\nhelp: to continue where the group is, leave out `{option}`; to move this group, stop its consumers, \
                     run the command below, and start them without `{option}`\n  {}",
                    self.seek_command(&topic, &group, &start)
                )))
            }
            Err(error) => Err(CommandError::with_code(chain(&error), error.exit_code())),
        }
    }

    /// Returns the command that moves the group, with the words by which this program was called.
    fn seek_command(&self, topic: &str, group: &str, to: &Start) -> String {
        let arguments: Vec<String> = env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        let own = arguments.iter().position(|word| ["consume-events", "consume_events"].contains(&&**word));
        let mut words =
            own.map_or_else(|| vec!["openedx-events".to_owned()], |own| arguments[..own].to_vec());
        words.extend(["seek", "-t", topic, "-g", group].map(str::to_owned));
        words.extend(seek_arguments(to));
        if let Some(file) = &self.settings.file {
            words.extend(["--settings".to_owned(), file.display().to_string()]);
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// Returns the topics to consume, each with its group and options.
    fn topics<'a>(
        &'a self,
        settings: &'a Settings,
    ) -> Result<Vec<(&'a str, &'a str, ConsumerExtra)>, CommandError> {
        if let (Some(topic), Some(group)) = (&self.topic, &self.group) {
            let configured = settings.consumer.config.get(topic).map(|config| config.extra.clone());
            let configured = configured.unwrap_or_default();
            let extra = match &self.extra {
                Some(json) => settings.read_extra(configured, json)?,
                None => configured,
            };
            return Ok(vec![(topic, group, extra)]);
        }
        let enabled = settings.consumer.config.iter().filter(|(_, config)| config.enabled);
        let topics: Vec<_> =
            enabled.map(|(topic, config)| (&**topic, &*config.group_id, config.extra.clone())).collect();
        if topics.is_empty() {
            for warning in settings.warnings() {
                tracing::warn!("{warning}");
            }
            return Err(CommandError::new(
                "there is nothing to consume\nhelp: name a topic and a group (`-t TOPIC -g GROUP`), or enable a topic in \
                 `EVENT_BUS_CONSUMER_CONFIG`",
            ));
        }
        Ok(topics)
    }

    fn consumers(
        &self,
        settings: &Settings,
        topics: &[(&str, &str, ConsumerExtra)],
        printer: &Printer,
    ) -> Result<Vec<Consumer>, CommandError> {
        let only = self.only.iter().map(|name| Ok(find::event(name)?.event_type()));
        let only = only.collect::<Result<Vec<_>, CommandError>>()?;
        let consumer = |(topic, group, extra): &(&str, &str, ConsumerExtra)| {
            let consumer = self.consumer(settings, topic, group, extra.clone()).only(only.iter().copied());
            let printer = printer.clone();
            if self.print {
                consumer.print(move |event, metadata| printer.print(event, metadata))
            } else {
                consumer
            }
        };
        Ok(topics.iter().map(consumer).collect())
    }

    fn consumer(&self, settings: &Settings, topic: &str, group: &str, mut extra: ConsumerExtra) -> Consumer {
        if let Some(name) = &self.consumer_name {
            extra.consumer_name = Some(name.clone());
        }
        let mut consumer = Consumer::new(settings)
            .topic(topic)
            .group(group)
            .extra(&extra)
            .concurrency(self.concurrency.get())
            .stop_timeout(self.stop_timeout)
            .allow_loop(self.allow_loop)
            .on_error(self.on_error)
            .on_unknown_type(self.on_unknown_type);
        if let Some(count) = self.read_at_once {
            consumer = consumer.read_at_once(count.get());
        }
        if let Some(time) = self.from_time {
            consumer = consumer.start(Start::At(time));
        }
        if let Some(time) = self.until {
            consumer = consumer.until(time);
        }
        self.count.into_iter().fold(consumer, Consumer::count)
    }
}

/// Moves a group to a time, which Python's consumer does if it gets an `offset_time`.
fn reset(
    settings: &Settings,
    topic: &str,
    group: &str,
    time: SystemTime,
    out: &mut dyn Write,
) -> CommandResult {
    let topic = settings.stream_name(topic);
    operations(settings)?.seek(&topic, group, &Start::At(time))?;
    writeln!(
        out,
        "group `{group}` of `{topic}` begins with the first entry stored at {} or later; start the consumer without `offset_time`",
        utc(time)
    )?;
    Ok(Done::Clean)
}

/// Prints events to standard output. If its reader has closed it, stops the consumer.
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
            tracing::warn!("the output is closed: stopping");
            self.stop.stop();
        }
    }
}

/// Quotes a word for a shell, if needed.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=+@,%".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn positive(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a whole number, 1 or more".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "expected a number of seconds, as in `2.5`".to_owned())
}

/// Refuses `--signal`, with which older versions of Python's command chose the type of all messages.
fn refuse_signal(event_type: &str) -> Result<Infallible, String> {
    Err(format!(
        "each message names its event type, so this option is no longer needed\nhelp: leave it out, or write `--only {event_type}` \
         to skip events of other types"
    ))
}
