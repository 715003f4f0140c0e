//! A receiver for events of chosen types, which posts them to a URL as `CloudEvents` 1.0.

use std::{collections::BTreeSet, env, sync::Arc, time::Duration};

use openedx_events::{AnyEvent, AnyEventError, Connection, EventsMetadata, ReceiverError, registry};
use serde_json::{Value, json};
use ureq::{
    Agent,
    http::{StatusCode, Uri},
};

/// A URL and the types of events to post to it.
pub(crate) struct Webhook {
    url: Uri,
    event_types: BTreeSet<String>,
    agent: Agent,
}

impl Webhook {
    /// Posts events of `event_types` to `url`, which must answer within `timeout`. Choose less than
    /// `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` (60 s), after which the consumer considers the receiver hung.
    ///
    /// The events leave Open edX. Therefore types with personal data must also be listed in `with_personal_data`, as a
    /// deliberate decision.
    pub(crate) fn new(
        url: &str,
        event_types: &[&str],
        with_personal_data: &[&str],
        timeout: Duration,
    ) -> Result<Self, String> {
        // The message does not contain the URL, because anyone who knows it can post to it.
        let url: Uri = url.parse().map_err(|error| format!("WEBHOOK_URL is not a URL: {error}"))?;
        if !matches!(url.scheme_str(), Some("http" | "https")) {
            return Err("WEBHOOK_URL must start with `https://` or `http://`".to_owned());
        }
        if event_types.is_empty() {
            return Err("WEBHOOK_EVENTS is empty: name at least one event type".to_owned());
        }
        for &event_type in event_types {
            let event = registry::get(event_type)
                .ok_or_else(|| format!("this program does not contain the event type `{event_type}`"))?;
            if let Some(reason) = event.local_only() {
                return Err(format!(
                    "events of the type `{event_type}` cannot leave their service: {reason}"
                ));
            }
            let personal = event.personal_data();
            if !personal.is_empty() && !with_personal_data.contains(&event_type) {
                let paths = personal.join(", ");
                return Err(format!(
                    "events of the type `{event_type}` contain personal data ({paths}): if the endpoint may receive it, also \
                     name the type in WEBHOOK_PERSONAL_DATA"
                ));
            }
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(timeout))
            // A redirect would turn the POST into a GET and lose the event.
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .new_agent();
        Ok(Self { url, event_types: event_types.iter().map(ToString::to_string).collect(), agent })
    }

    /// Reads `WEBHOOK_URL`, and event types separated by spaces from `WEBHOOK_EVENTS` and `WEBHOOK_PERSONAL_DATA`.
    pub(crate) fn from_env() -> Result<Self, String> {
        let set = |name| env::var(name).map_err(|_| format!("{name} is not set"));
        let (url, event_types) = (set("WEBHOOK_URL")?, set("WEBHOOK_EVENTS")?);
        let personal_data = env::var("WEBHOOK_PERSONAL_DATA").unwrap_or_default();
        let event_types: Vec<&str> = event_types.split_whitespace().collect();
        let personal_data: Vec<&str> = personal_data.split_whitespace().collect();
        Self::new(&url, &event_types, &personal_data, Duration::from_secs(10))
    }

    /// Receives events of the chosen types until the connections are dropped. Dead letters name the receiver `webhook`, in this
    /// build and in later ones.
    pub(crate) fn connect(self) -> Result<Vec<Connection>, AnyEventError> {
        let webhook = Arc::new(self);
        let connect = |event_type: &String| {
            let webhook = Arc::clone(&webhook);
            registry::connect_named(event_type, "webhook", move |event, metadata| {
                webhook.receive(event, metadata)
            })
        };
        webhook.event_types.iter().map(connect).collect()
    }

    fn receive(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Result<(), ReceiverError> {
        // Only events from the bus are retried, and posting them does not delay a request.
        if !event.is_from_event_bus() {
            return Ok(());
        }
        let body = cloud_event(event, metadata).map_err(ReceiverError::permanent)?;
        self.post(&body)
    }

    /// Posts the event. The consumer retries failures and finally stores the event as a dead letter. An endpoint may therefore
    /// receive an event twice; `source` and `id` identify it.
    fn post(&self, body: &str) -> Result<(), ReceiverError> {
        let request = self.agent.post(&self.url).content_type("application/cloudevents+json; charset=utf-8");
        // Fails without a connection or a timely answer.
        let status = request.send(body).map_err(ReceiverError::new)?.status();
        let problem = format!("the webhook answered {status}");
        match status {
            _ if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(ReceiverError::new(problem))
            }
            _ if status.is_server_error() => Err(ReceiverError::new(problem)),
            // The endpoint will never accept this event.
            _ => Err(ReceiverError::permanent(problem)),
        }
    }
}

/// Writes the event in the JSON format of `CloudEvents`, in structured mode. The last three attributes are extensions from
/// OEP-41.
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
