//! A receiver of all events: posts those that were chosen to a URL, as `CloudEvents` 1.0.

use std::{collections::BTreeSet, env, time::Duration};

use openedx_events::{AnyEvent, Connection, EventsMetadata, ReceiverError, registry};
use serde_json::{Value, json};
use ureq::{
    Agent,
    http::{StatusCode, Uri},
};

/// Where events go, and which.
pub(crate) struct Webhook {
    url: Uri,
    event_types: BTreeSet<String>,
    agent: Agent,
}

impl Webhook {
    /// Posts events of `event_types` to `url`, which has `timeout` to answer: less than
    /// `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` (60 s), after which a receiver counts as hung.
    ///
    /// What is posted leaves Open edX. So those of them that have personal data are named a second time, by somebody
    /// who has thought about it, in `with_personal_data`.
    pub(crate) fn new(
        url: &str,
        event_types: &[&str],
        with_personal_data: &[&str],
        timeout: Duration,
    ) -> Result<Self, String> {
        // The URL is not in the message: whoever knows a webhook's URL can post to it.
        let url: Uri = url.parse().map_err(|error| format!("WEBHOOK_URL is not a URL: {error}"))?;
        if !matches!(url.scheme_str(), Some("http" | "https")) {
            return Err("WEBHOOK_URL does not begin with `https://` or `http://`".to_owned());
        }
        if event_types.is_empty() {
            return Err("WEBHOOK_EVENTS names no event type: nothing would be posted".to_owned());
        }
        for &event_type in event_types {
            let event = registry::get(event_type)
                .ok_or_else(|| format!("this program has no event of the type `{event_type}`"))?;
            if let Some(reason) = event.local_only() {
                return Err(format!(
                    "events of the type `{event_type}` cannot leave their service: {reason}"
                ));
            }
            let personal = event.personal_data();
            if !personal.is_empty() && !with_personal_data.contains(&event_type) {
                let paths = personal.join(", ");
                return Err(format!(
                    "events of the type `{event_type}` have personal data ({paths}): name the type in \
                     WEBHOOK_PERSONAL_DATA, too, if whoever gets them may have that"
                ));
            }
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(timeout))
            // After a redirection, a POST becomes a GET, and the event is lost.
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .new_agent();
        Ok(Self { url, event_types: event_types.iter().map(ToString::to_string).collect(), agent })
    }

    /// What the environment says: `WEBHOOK_URL`, and event types separated by spaces in `WEBHOOK_EVENTS` and
    /// `WEBHOOK_PERSONAL_DATA`.
    pub(crate) fn from_env() -> Result<Self, String> {
        let set = |name| env::var(name).map_err(|_| format!("{name} is not set"));
        let (url, event_types) = (set("WEBHOOK_URL")?, set("WEBHOOK_EVENTS")?);
        let personal_data = env::var("WEBHOOK_PERSONAL_DATA").unwrap_or_default();
        let event_types: Vec<&str> = event_types.split_whitespace().collect();
        let personal_data: Vec<&str> = personal_data.split_whitespace().collect();
        Self::new(&url, &event_types, &personal_data, Duration::from_secs(10))
    }

    /// Receives events until the connection is dropped.
    pub(crate) fn connect(self) -> Connection {
        registry::connect_any(move |event, metadata| self.receive(event, metadata))
    }

    fn receive(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Result<(), ReceiverError> {
        // Only what comes from the bus is tried again when it fails, and holds up nobody's request.
        if !event.is_from_event_bus() || !self.event_types.contains(event.event_type()) {
            return Ok(());
        }
        let body = cloud_event(event, metadata).map_err(ReceiverError::permanent)?;
        self.post(&body)
    }

    /// What fails here is tried again by the consumer, and goes to the dead letters in the end. So an endpoint may get
    /// an event twice; `source` and `id` tell.
    fn post(&self, body: &str) -> Result<(), ReceiverError> {
        let request = self.agent.post(&self.url).content_type("application/cloudevents+json; charset=utf-8");
        // No connection, or no answer in time.
        let status = request.send(body).map_err(ReceiverError::new)?.status();
        let problem = format!("the webhook answered {status}");
        match status {
            _ if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(ReceiverError::new(problem))
            }
            _ if status.is_server_error() => Err(ReceiverError::new(problem)),
            // The endpoint does not want this event, today or tomorrow.
            _ => Err(ReceiverError::permanent(problem)),
        }
    }
}

/// The event in `CloudEvents`' JSON format, attributes and data in one object ("structured mode"). The last three
/// attributes are the extensions of OEP-41.
fn cloud_event(
    event: AnyEvent<'_>,
    metadata: &EventsMetadata,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let data: Value = serde_json::from_str(&event.to_json()?)?;
    let sourcelib: Vec<String> = metadata.sourcelib.iter().map(ToString::to_string).collect();
    let cloud_event = json!({
        "specversion": "1.0",
        "id": metadata.id.to_string(),
        "source": metadata.source,
        "type": metadata.event_type,
        "time": metadata.time.to_string(),
        "datacontenttype": "application/json",
        "data": data,
        "minorversion": metadata.minorversion,
        "sourcehost": metadata.sourcehost,
        "sourcelib": sourcelib.join("."),
    });
    Ok(cloud_event.to_string())
}
