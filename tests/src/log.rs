//! Logs as lines of text: the level, then each field.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Collects log lines. Clones share the lines.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Returns a subscriber that collects events up to `level`.
    #[must_use]
    pub fn subscriber(&self, level: Level) -> impl Subscriber + use<> {
        let lines = self.clone();
        subscriber(level, move |line| lines.0.lock().unwrap_or_else(PoisonError::into_inner).push(line))
    }

    /// Returns the lines so far that contain `text`.
    #[must_use]
    pub fn with(&self, text: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| line.contains(text)).cloned().collect()
    }
}

/// Returns a subscriber that passes events up to `level` to `write`.
pub fn subscriber(level: Level, write: impl Fn(String) + Send + Sync + 'static) -> impl Subscriber {
    Log { level, write }
}

struct Log<F> {
    level: Level,
    write: F,
}

impl<F: Fn(String) + Send + Sync + 'static> Subscriber for Log<F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        struct Text(String);

        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }

        let mut text = Text(event.metadata().level().to_string());
        event.record(&mut text);
        (self.write)(text.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
