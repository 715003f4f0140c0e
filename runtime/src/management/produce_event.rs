//! `produce-event`: sends events to a topic with the configured producer.

use std::{fmt, io::Write};

use clap::{Args, builder::NonEmptyStringValueParser};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    args::{SettingsArgs, with_bus},
    existing::{FirstLook, Names},
    find,
    lines::{NoAnswer, answer_all, parse},
    result::{CommandError, CommandResult, Done},
};
use crate::{
    error::chain,
    event::EventDefinition,
    event_bus::{Producer, Stop, producer, settings::check_key_path},
    metadata::EventsMetadata,
};

/// The arguments of `produce-event`.
#[derive(Args)]
#[command(after_help = "Examples:
  openedx-events produce-event --topic user-login --signal SESSION_LOGIN_COMPLETED --data '{\"user\": {\"id\": 7, \"is_active\": true, \"pii\": {\"username\": \"ada\", \"email\": \"ada@example.com\", \"name\": \"Ada\"}}}'
  openedx-events produce-event --topic loans --lines < events.jsonl

With `--lines`, exits with 1 if an event was not produced. Otherwise, exits with 2 if the event was not produced.")]
pub struct ProduceEvent {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`.
    #[arg(short, long, value_parser = NonEmptyStringValueParser::new())]
    topic: String,
    /// Event type or constant. Python's path to the constant also works.
    #[arg(long, required_unless_present = "lines", conflicts_with = "lines", requires = "data")]
    signal: Option<String>,
    /// The event's Avro record dictionary, as JSON.
    #[arg(long, value_name = "JSON", requires = "signal")]
    data: Option<String>,
    /// Path to the event's key, for buses that use keys. By default, the key in the event's definition.
    #[arg(long, alias = "key_field", value_name = "PATH")]
    key_field: Option<String>,
    /// The event's metadata, as JSON. By default, the metadata of an event sent now.
    #[arg(long, value_name = "JSON", conflicts_with = "lines")]
    metadata: Option<String>,
    /// Read `{"event_type": …, "data": {…}, "metadata": {…}}` from standard input, one per line. `metadata` is optional.
    ///
    /// If `EVENT_BUS_PRODUCER_DELIVERY` is `background`, an event may still be on its way when its line is answered. Events
    /// that do not arrive are named on standard error at the end.
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Hides the data, which may be personal.
impl fmt::Debug for ProduceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProduceEvent")
            .field("topic", &self.topic)
            .field("signal", &self.signal)
            .field("data", &format_args!("<redacted>"))
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct EventLine<'a> {
    event_type: String,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

/// An event, ready to be sent.
struct Ready {
    event: &'static EventDefinition,
    /// The metadata that the user gave. Otherwise they are made when the event is sent, because their source is a setting.
    metadata: Option<EventsMetadata>,
    event_data: Vec<u8>,
    key_field: Option<String>,
}

/// The result of the command: the answer about its event, or whether all lines were produced.
enum Produced {
    One(String),
    Lines(Done),
}

impl ProduceEvent {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        // A mistake in the event is reported before a bus is used.
        let event = match (&self.signal, &self.data) {
            (Some(signal), Some(json)) => {
                Some(self.ready(by_signal(signal)?, json, self.metadata.as_deref())?)
            }
            _ => None,
        };
        let settings = self.settings.read()?;
        match settings.producer.bus.as_deref() {
            Some("memory") => tracing::warn!(
                "the bus `memory` ends with this process, so no other process can consume the event"
            ),
            Some(bus) => {
                let names = vec![Names::new(&settings, &self.topic, None)];
                FirstLook::at(&settings, bus, names, &Stop::new()).warn_of_similar_names();
            }
            None => {}
        }
        let (done, closed) = with_bus(&settings, || {
            let producer = producer().ok_or_else(|| {
                CommandError::new(
                    "`EVENT_BUS_PRODUCER` is not set\nnote: it names the bus to produce to\nhelp: set it to `redis` or `kafka`",
                )
            })?;
            match event {
                Some(event) => Ok(Produced::One(self.produce(&producer, event)?)),
                None => self.produce_lines(&producer, out).map(Produced::Lines),
            }
        })?;
        match done {
            Produced::One(answer) => {
                closed?;
                writeln!(out, "{answer}")?;
                Ok(Done::Clean)
            }
            Produced::Lines(done) => {
                closed.map_err(|error| CommandError::with_code(chain(&error), 1))?;
                Ok(done)
            }
        }
    }

    fn produce_lines(&self, producer: &Producer, out: &mut dyn Write) -> CommandResult {
        answer_all(out, |text| {
            let line: EventLine<'_> = parse(text)?;
            let event = find::event(&line.event_type);
            let metadata = line.metadata.map(RawValue::get);
            let ready = event.and_then(|event| self.ready(event, line.data.get(), metadata));
            ready.and_then(|event| self.produce(producer, event)).map_err(NoAnswer::BadLine)
        })
    }

    fn ready(
        &self,
        event: &'static EventDefinition,
        data: &str,
        metadata: Option<&str>,
    ) -> Result<Ready, String> {
        if let Some(reason) = event.local_only() {
            return Err(format!("`{}` is local only and cannot go to an event bus: {reason}", event.name()));
        }
        if let Some(path) = &self.key_field {
            check_key_path(event, path).map_err(|problem| format!("the key field {problem}"))?;
        }
        let event_data = event.encode_json(data).map_err(|error| format!("invalid data: {error}"))?;
        let metadata =
            metadata.map(EventsMetadata::from_json).transpose().map_err(|error| error.to_string())?;
        if let Some(metadata) = &metadata
            && metadata.event_type != event.event_type()
        {
            return Err(format!(
                "the metadata has event type `{}`, but the event has type `{}`",
                metadata.event_type,
                event.event_type()
            ));
        }
        let key_field = self.key_field.clone().or_else(|| event.key_field().map(str::to_owned));
        Ok(Ready { event, metadata, event_data, key_field })
    }

    /// Produces the event and returns the line of output about it.
    fn produce(&self, producer: &Producer, event: Ready) -> Result<String, String> {
        let Ready { event, metadata, event_data, key_field } = event;
        let metadata = metadata.unwrap_or_else(|| EventsMetadata::of(event));
        producer
            .send(&self.topic, key_field.as_deref(), &metadata, &event_data)
            .map_err(|error| chain(&error))?;
        let topic = producer.full_topic(&self.topic);
        Ok(json!({"id": metadata.id.to_string(), "event_type": metadata.event_type, "topic": topic})
            .to_string())
    }
}

/// Finds an event by its event type, its constant, or a path to the constant as in Python's command.
fn by_signal(name: &str) -> Result<&'static EventDefinition, String> {
    find::event(name).or_else(|unknown| match name.rsplit_once('.') {
        Some((_, constant)) if !constant.contains(|char: char| char.is_ascii_lowercase()) => {
            find::event(constant)
        }
        _ => Err(unknown),
    })
}
