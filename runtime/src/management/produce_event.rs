//! `produce-event`: sends events to a topic, through the configured producer.

use std::{cell::RefCell, fmt, io::Write, time::Duration};

use clap::{Args, builder::NonEmptyStringValueParser};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    bus::SettingsArgs,
    find,
    lines::{NoAnswer, answer_all, parse},
    outcome::{CommandResult, Failure, Outcome},
    progress::Progress,
};
use crate::{
    event::EventDefinition,
    event_bus::{
        Producer, chain, install, producer,
        settings::{BusName, check_key_path},
    },
    metadata::EventsMetadata,
};

/// How long events may take that are delivered in the background.
const FLUSH: Duration = Duration::from_secs(15);

/// The arguments of `produce-event`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events produce-event --topic user-login --signal SESSION_LOGIN_COMPLETED --data '{\"user\": {\"id\": 7, \"is_active\": true, \"pii\": {\"username\": \"ada\", \"email\": \"ada@example.com\", \"name\": \"Ada\"}}}'
  openedx-events produce-event --topic loans --lines < events.jsonl

Exits with 1 where the event of a line was not produced, and with 2 where the one event was not.")]
pub struct ProduceEvent {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`.
    #[arg(short, long, value_parser = NonEmptyStringValueParser::new())]
    topic: String,
    /// Event type or constant; Python's path to the constant will do.
    #[arg(long, required_unless_present = "lines", conflicts_with = "lines", requires = "data")]
    signal: Option<String>,
    /// The event's Avro record dictionary, as JSON.
    #[arg(long, value_name = "JSON", requires = "signal")]
    data: Option<Data>,
    /// Path to the event's key, for buses that use keys; the event's own, unless given.
    #[arg(long, alias = "key_field", value_name = "PATH")]
    key_field: Option<String>,
    /// The event's metadata, as JSON; that of an event sent now, unless given.
    #[arg(long, value_name = "JSON", conflicts_with = "lines")]
    metadata: Option<String>,
    /// Read `{"event_type": …, "data": {…}, "metadata": {…}}` from standard input, one a line; `metadata` may be left
    /// out.
    ///
    /// With `EVENT_BUS_PRODUCER_DELIVERY` as `background`, an event whose line is answered may still be on its way; what
    /// does not arrive is named on standard error in the end.
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// An event's data, which may be personal.
#[derive(Clone)]
struct Data(String);

impl From<String> for Data {
    fn from(json: String) -> Self {
        Self(json)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    event_type: String,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

/// An event, ready to be sent.
struct Ready {
    metadata: EventsMetadata,
    event_data: Vec<u8>,
    key_field: Option<String>,
}

impl ProduceEvent {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        // What is wrong with the event is found before anything is asked of a bus.
        let event = match (&self.signal, &self.data) {
            (Some(signal), Some(Data(json))) => {
                Some(self.ready(by_signal(signal)?, json, self.metadata.as_deref()).map_err(Failure::new)?)
            }
            _ => None,
        };
        let settings = self.settings.load()?;
        let guard = install(&settings)?;
        if settings.producer.bus == Some(BusName::Memory) {
            tracing::warn!(
                "the bus `memory` ends with this process, and nobody else can consume what is produced to it"
            );
        }
        let producer = producer().ok_or_else(|| {
            Failure::new(
                "`EVENT_BUS_PRODUCER` is not set\nnote: it says where events are produced to\nhelp: write `redis`",
            )
        })?;
        match event {
            Some(event) => {
                let answer = self.send(&producer, event).map_err(Failure::new)?;
                guard.close(FLUSH).map_err(|error| Failure::new(chain(&error)))?;
                writeln!(out, "{answer}")?;
                Ok(Outcome::Done)
            }
            None => {
                let outcome = self.produce_lines(&producer, out)?;
                let late = |error| Failure::with_code(chain(&error), 1);
                guard.close(FLUSH).map_err(late)?;
                Ok(outcome)
            }
        }
    }

    fn produce_lines(&self, producer: &Producer, out: &mut dyn Write) -> CommandResult {
        let progress = RefCell::new(Progress::new("produced"));
        answer_all(out, |text| {
            let line: Line<'_> = parse(text)?;
            let event = find::event(&line.event_type).map_err(|failure| failure.to_string());
            let metadata = line.metadata.map(RawValue::get);
            let ready = event.and_then(|event| self.ready(event, line.data.get(), metadata));
            let answer = ready.and_then(|event| self.send(producer, event)).map_err(NoAnswer::BadLine)?;
            progress.borrow_mut().step();
            Ok(answer)
        })
    }

    fn ready(
        &self,
        event: &'static EventDefinition,
        data: &str,
        metadata: Option<&str>,
    ) -> Result<Ready, String> {
        if let Some(reason) = event.local_only() {
            return Err(format!("`{}` is local only, and cannot go to an event bus: {reason}", event.name()));
        }
        if let Some(path) = &self.key_field {
            check_key_path(event, path).map_err(|problem| format!("the key field {problem}"))?;
        }
        let event_data = event.encode_json(data).map_err(|error| format!("the data is wrong: {error}"))?;
        let metadata = match metadata {
            Some(json) => {
                EventsMetadata::from_json(json).map_err(|error| format!("the metadata is wrong: {error}"))?
            }
            None => EventsMetadata::of(event),
        };
        if metadata.event_type != event.event_type() {
            return Err(format!(
                "the metadata is of `{}`, and the event of `{}`",
                metadata.event_type,
                event.event_type()
            ));
        }
        let key_field = self.key_field.clone().or_else(|| event.key_field().map(str::to_owned));
        Ok(Ready { metadata, event_data, key_field })
    }

    /// Returns the line that says so.
    fn send(&self, producer: &Producer, event: Ready) -> Result<String, String> {
        let Ready { metadata, event_data, key_field } = event;
        producer
            .send(&self.topic, key_field.as_deref(), &metadata, &event_data)
            .map_err(|error| chain(&error))?;
        let topic = producer.full_topic(&self.topic);
        Ok(json!({"id": metadata.id.to_string(), "event_type": metadata.event_type, "topic": topic})
            .to_string())
    }
}

/// The event of an event type, a constant, or a path to a constant as Python's command has it.
fn by_signal(name: &str) -> Result<&'static EventDefinition, Failure> {
    find::event(name).or_else(|unknown| match name.rsplit_once('.') {
        Some((_, constant)) if !constant.contains(|char: char| char.is_ascii_lowercase()) => {
            find::event(constant)
        }
        _ => Err(unknown),
    })
}
