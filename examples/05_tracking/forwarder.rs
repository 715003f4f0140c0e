//! A receiver that posts batches of tracking events to a URL, a line of JSON for each event.

use std::{sync::OnceLock, time::Duration};

use openedx_events::{
    analytics::signals::{TRACKING_EVENT_EMITTED, TrackingEventEmitted},
    prelude::*,
};
use serde_json::{Value, json};
use ureq::{
    Agent,
    http::{StatusCode, Uri},
};

/// Set before the first event.
pub(crate) static FORWARDER: OnceLock<Forwarder> = OnceLock::new();

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 500, wait = "1s"), name = "tracking.forward", only = bus)]
fn forward(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
    let forwarder =
        FORWARDER.get().ok_or_else(|| ReceiverError::unavailable("the forwarder is not set up"))?;
    forwarder.forward(batch)
}

/// The URL of a collector, and a client for it.
#[derive(Debug)]
pub(crate) struct Forwarder {
    url: Uri,
    agent: Agent,
}

impl Forwarder {
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        let url: Uri = url.parse().map_err(|error| format!("COLLECTOR_URL is not a URL: {error}"))?;
        if !matches!(url.scheme_str(), Some("http" | "https")) {
            return Err("COLLECTOR_URL must start with `https://` or `http://`".to_owned());
        }
        // Less than `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` (60 s), which is for the whole batch.
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .new_agent();
        Ok(Self { url, agent })
    }

    /// Posts all events whose data is JSON. Each of the others fails alone.
    pub(crate) fn forward(&self, batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
        let (mut lines, mut errors) = (String::new(), BatchError::new());
        for (position, (event, metadata)) in batch.iter().enumerate() {
            match line(event, metadata) {
                Ok(line) => lines += &line,
                // Another attempt cannot help.
                Err(error) => errors.push(position, ReceiverError::permanent(error)),
            }
        }
        if !lines.is_empty() {
            // From here on, an error fails the whole batch.
            self.post(lines)?;
        }
        errors.into_result()
    }

    fn post(&self, lines: String) -> Result<(), ReceiverError> {
        let request = self.agent.post(&self.url).content_type("application/x-ndjson");
        // Without a connection or a timely answer, the collector is unavailable.
        let status = request.send(lines).map_err(ReceiverError::unavailable)?.status();
        let problem = format!("the collector answered {status}");
        match status {
            _ if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(ReceiverError::unavailable(problem))
            }
            _ if status.is_server_error() => Err(ReceiverError::unavailable(problem)),
            // The consumer finds the event that the collector does not accept.
            _ => Err(ReceiverError::permanent(problem)),
        }
    }
}

/// Returns the event as a line of JSON.
fn line(event: &TrackingEventEmitted, metadata: &EventsMetadata) -> Result<String, serde_json::Error> {
    let log = &event.tracking_log;
    let line = json!({
        "id": metadata.id.to_string(),
        "name": log.name,
        "timestamp": log.timestamp.to_string(),
        "data": serde_json::from_str::<Value>(&log.data)?,
        "context": serde_json::from_str::<Value>(&log.context)?,
    });
    Ok(format!("{line}\n"))
}
