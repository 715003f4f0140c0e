//! Settings of the event bus, and the messages about mistakes in them.

mod buses;
mod consumers;
mod files;
mod fixtures;
mod kafka;
mod properties;
mod redis_url;
mod routes;
mod sources;
mod values;

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use openedx_events::{
    event_bus::{
        BusError, Capability, EventBus, EventBusConsumer, EventBusProducer, MemoryBus, Operations, Settings,
        Subscription, register,
        settings::{SettingsBuilder, SettingsError, Severity},
    },
    prelude::*,
};
use serde_json::{Value, json};

/// Sent when a quiz is passed.
#[event(type = "org.example.learning.quiz.passed.v1", key = quiz.id)]
pub struct QuizPassed {
    /// The quiz.
    pub quiz: QuizData,
}

/// A quiz.
#[payload]
pub struct QuizData {
    /// The id of the quiz.
    pub id: i64,
    /// The author.
    pub author: Option<AuthorData>,
    /// The fraction of points needed to pass.
    pub threshold: f64,
    /// Search terms.
    pub tags: Vec<String>,
}

/// An author.
#[payload]
pub struct AuthorData {
    /// The user name.
    pub login: String,
    /// The mail address.
    #[payload(pii)]
    pub mail: String,
}

/// Sent when a hint is shown.
#[event(type = "org.example.learning.hint.shown.v1", local_only = "is for this process")]
pub struct HintShown {
    /// The hint.
    pub hint: String,
}

const QUIZ: &str = "org.example.learning.quiz.passed.v1";

/// A registered bus that uses keys and does not claim messages.
struct Nats(MemoryBus);

impl EventBus for Nats {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        self.0.producer()
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        self.0.consumer(subscription)
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        self.0.operations()
    }

    fn can(&self, capability: Capability) -> bool {
        capability != Capability::ClaimEntries
    }
}

fn register_nats() {
    register("nats", Arc::new(Nats(MemoryBus::new())));
}

fn error(settings: Value) -> SettingsError {
    Settings::from_value(settings).unwrap_err()
}

/// Returns the path and message of the only finding.
fn only(settings: Value) -> (String, String) {
    let error = error(settings);
    let [finding] = error.findings() else { panic!("{error}") };
    assert_eq!(finding.severity, Severity::Error);
    // If `main` returns the error, Rust prints its `Debug` form.
    assert_eq!(format!("{error:?}"), error.to_string());
    (finding.path.clone(), finding.message.clone())
}

fn warnings(settings: Value) -> Vec<(String, String)> {
    let settings = Settings::from_value(settings).unwrap();
    let warnings = settings.warnings().iter();
    warnings.map(|warning| (warning.path.clone(), warning.message.clone())).collect()
}

fn route(event_type: &str, topic: &str, key: &str, enabled: bool) -> Value {
    json!({event_type: {topic: {"event_key_field": key, "enabled": enabled}}})
}

fn from_variables<const N: usize>(variables: [(&str, &str); N]) -> Result<Settings, SettingsError> {
    SettingsBuilder::new().variables(variables).build()
}

/// Reads settings from a file with that extension.
fn from_file(extension: &str, text: impl AsRef<[u8]>) -> Result<Settings, SettingsError> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("settings_{number}.{extension}"));
    fs::write(&path, text).unwrap();
    let settings = SettingsBuilder::new().file(&path).build();
    fs::remove_file(&path).unwrap();
    settings
}
