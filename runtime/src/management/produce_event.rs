//! `produce-event`: sends events to a topic, through the configured producer.

use std::{cell::RefCell, io::Write, time::Duration};

use clap::Args;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    bus::SettingsArgs,
    find,
    lines::{NoAnswer, answer_all, parse},
    outcome::{CommandResult, Failure, Outcome},
};
use crate::{
    event::EventDefinition,
    event_bus::{Producer, chain, install, producer},
    metadata::EventsMetadata,
};

/// How long events may take that are delivered in the background.
const FLUSH: Duration = Duration::from_mins(1);

/// The arguments of `produce-event`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events produce-event --topic loans --signal BOOK_LENT --data '{\"loan\": {\"copy_id\": 7, \"reader\": \"ada\"}}'
  openedx-events produce-event --topic loans --lines < events.jsonl

Exits with 1 where an event was not produced.")]
pub struct ProduceEvent {
    /// Topic, without the prefix of `EVENT_BUS_TOPIC_PREFIX`.
    #[arg(short, long)]
    topic: String,
    /// Event type or constant.
    #[arg(long, required_unless_present = "lines", conflicts_with = "lines", requires = "data")]
    signal: Option<String>,
    /// The event's Avro record dictionary, as JSON.
    #[arg(long, value_name = "JSON", requires = "signal")]
    data: Option<String>,
    /// Path to the event's key, for buses that use keys; the event's own, unless given.
    #[arg(long, alias = "key_field", value_name = "PATH")]
    key_field: Option<String>,
    /// The event's metadata, as JSON; that of an event sent now, unless given.
    #[arg(long, value_name = "JSON", conflicts_with = "lines")]
    metadata: Option<String>,
    /// Read `{"event_type": …, "data": {…}, "metadata": {…}}` from standard input, one a line; `metadata` may be left
    /// out.
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Deserialize)]
struct Line<'a> {
    event_type: String,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

impl ProduceEvent {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let settings = self.settings.load()?;
        let guard = install(&settings).map_err(|error| Failure::new(chain(&error)))?;
        let producer = producer().ok_or_else(|| {
            Failure::new("EVENT_BUS_PRODUCER is not set: it says where events are produced to, as `redis`")
        })?;
        let outcome = match (&self.signal, &self.data) {
            (Some(signal), Some(data)) => {
                let event = find::event(signal)?;
                let line =
                    self.produce(&producer, event, data, self.metadata.as_deref()).map_err(Failure::new)?;
                writeln!(out, "{line}")?;
                Outcome::Done
            }
            _ => self.produce_lines(&producer, out)?,
        };
        // With background delivery, what was not delivered is known only here.
        match guard.close(FLUSH) {
            Ok(()) => Ok(outcome),
            Err(error) => Err(Failure::new(chain(&error))),
        }
    }

    fn produce_lines(&self, producer: &Producer, out: &mut dyn Write) -> CommandResult {
        let progress = RefCell::new(super::progress::Progress::new("produced"));
        answer_all(out, |text| {
            let line: Line<'_> = parse(text)?;
            let event =
                find::event(&line.event_type).map_err(|failure| NoAnswer::BadLine(failure.to_string()))?;
            let metadata = line.metadata.map(RawValue::get);
            let answer = self.produce(producer, event, line.data.get(), metadata).map_err(NoAnswer::BadLine);
            progress.borrow_mut().step();
            answer
        })
    }

    fn produce(
        &self,
        producer: &Producer,
        event: &'static EventDefinition,
        data: &str,
        metadata: Option<&str>,
    ) -> Result<String, String> {
        let bytes = event.encode_json(data).map_err(|error| error.to_string())?;
        let metadata = match metadata {
            Some(json) => EventsMetadata::from_json(json).map_err(|error| error.to_string())?,
            None => EventsMetadata::of(event),
        };
        if metadata.event_type != event.event_type() {
            return Err(format!(
                "the metadata is of `{}`, and the event of `{}`",
                metadata.event_type,
                event.event_type()
            ));
        }
        let key_field = self.key_field.as_deref().or(event.key_field());
        producer.send(&self.topic, key_field, &metadata, &bytes).map_err(|error| chain(&error))?;
        let topic = producer.full_topic(&self.topic);
        Ok(json!({"id": metadata.id.to_string(), "event_type": event.event_type(), "topic": topic})
            .to_string())
    }
}
