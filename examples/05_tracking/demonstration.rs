//! A demonstration of the worker in one process.

use std::{error::Error, process::ExitCode, thread, time::Duration};

use openedx_events::{
    analytics::{
        data::TrackingLogData,
        signals::{TRACKING_EVENT_EMITTED, TrackingEventEmitted},
    },
    event_bus::{self, Consumer, Report, Settings, Start, Stop},
    prelude::*,
};
use serde_json::json;

use crate::{
    collector::{Collector, Request},
    forwarder::{FORWARDER, Forwarder},
};

const TOPIC: &str = "analytics";
const GROUP: &str = "tracking";
const EVENTS: u64 = 1000;

pub(crate) fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let settings = settings()?;
    send(&settings)?;
    println!("{EVENTS} tracking events are on the topic");

    let mut collector = Collector::new()?;
    let forwarder = Forwarder::new(&collector.url())?;
    FORWARDER.get_or_init(|| forwarder);
    let consumer = Consumer::new(&settings).topic(TOPIC).group(GROUP).start(Start::Backlog).count(EVENTS);
    let report = thread::scope(|scope| -> Result<Report, Box<dyn Error>> {
        let consumer = scope.spawn(|| consumer.run(Stop::new()));
        println!("the collector is away: the consumer pauses");
        thread::sleep(Duration::from_millis(500));
        println!("the collector comes back");
        collector.start()?;
        Ok(consumer.join().map_err(|_| "the consumer panicked")??)
    })?;
    println!("\n{report}");

    let requests = collector.requests();
    let (accepted, refused): (Vec<_>, Vec<_>) =
        requests.iter().partition(|request| request.answer.is_success());
    let events =
        |requests: &[&Request]| requests.iter().map(|request| request.names.len()).collect::<Vec<_>>();
    let accepted = events(&accepted);
    println!("\naccepted: {} events in {} requests", accepted.iter().sum::<usize>(), accepted.len());
    println!("refused: requests of {:?} events", events(&refused));

    println!("\ndead letters:");
    let mut operations = event_bus::operations(&settings)?;
    for letter in operations.dead_letters(&settings.stream_name(TOPIC), GROUP, None, 10)? {
        println!("  {}", letter.failure.error);
    }
    Ok(())
}

fn settings() -> Result<Settings, Box<dyn Error>> {
    Ok(Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "example",
        "EVENT_BUS_PRODUCER": "memory",
        "EVENT_BUS_CONSUMER": "memory",
        // The demonstration must not last long.
        "EVENT_BUS_CONSUMER_PAUSE_MAX": 0.1,
        "EVENT_BUS_PRODUCER_CONFIG": {
            TRACKING_EVENT_EMITTED.event_type(): {TOPIC: {"event_key_field": "tracking_log.name", "enabled": true}},
        },
    }))?)
}

/// Sends events, two of which cannot be forwarded: the data of one is not JSON, and the collector does not accept the other.
fn send(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let bus = event_bus::install(settings)?;
    let now: DateTime = "2026-03-01T08:30:00+00:00".parse()?;
    for number in 0..EVENTS {
        let (name, data) = match number {
            123 => ("play_video", "{"),
            321 => ("edx.unknown", "{}"),
            _ => ("play_video", r#"{"code": "mp4", "currentTime": 12.5}"#),
        };
        let log = TrackingLogData::builder()
            .name(name)
            .timestamp(now)
            .data(data)
            .context(r#"{"course_id": "course-v1:edX+DemoX+2026"}"#)
            .build();
        TRACKING_EVENT_EMITTED.send_event_at(TrackingEventEmitted { tracking_log: log }, now);
    }
    bus.close(Duration::from_secs(5))?;
    Ok(())
}
