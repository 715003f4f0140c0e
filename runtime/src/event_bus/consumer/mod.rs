//! Consuming: at least once, in order, with retries and dead letters. What a bus does is behind
//! [`EventBusConsumer`](super::EventBusConsumer); what becomes of a message is decided here.

mod aftermath;
mod contact;
mod coordinator;
mod error;
mod job;
mod lane;
mod options;
mod replay;
mod report;
mod retry;
mod setters;
mod stop;

use std::{
    borrow::Borrow,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
};

use crate::event_bus::observe::Observer;
use coordinator::Coordinator;
pub use error::ConsumeError;
use options::Options;
pub use options::{OnError, OnUnknownType};
pub use replay::{Replayed, replay};
pub use report::Report;
pub use stop::Stop;

use crate::event_bus::broker::{
    contract::EventBus,
    error::BusError,
    subscription::{Start, Subscription},
};
use crate::event_bus::{broker::from_settings, settings::Settings};
use crate::{event::AnyEvent, metadata::EventsMetadata, registry};

/// A member of a consumer group: reads a topic, and hands its events to the receivers in this process.
///
/// The counterpart of `consume_events` in Python. Messages are acknowledged when all receivers have succeeded, or when
/// they are safely among the dead letters: what fails is not lost.
///
/// ```
/// use openedx_events::event_bus::{Consumer, Settings, Stop};
/// use serde_json::json;
/// # use openedx_events::registry;
///
/// # let _connection = registry::connect_any(|_, _| ());
/// let settings = Settings::from_value(json!({"EVENT_BUS_CONSUMER": "memory"}))?;
/// let stop = Stop::new();
/// # stop.stop();
/// let report = Consumer::new(settings).topic("learning-enrollments").group("my-service").run(&stop)?;
/// println!("{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a consumer does nothing until it is `run`"]
pub struct Consumer {
    bus: Source,
    subscription: Subscription,
    /// The topic's name as it was given, without the prefix that settings have.
    topic: String,
    options: Options,
    enabled: bool,
    allow_loop: bool,
    print: Option<Print>,
}

/// Where messages come from.
#[derive(Clone)]
enum Source {
    /// This bus.
    Bus(Arc<dyn EventBus>),
    /// The bus that settings name.
    Settings(Box<Settings>),
}

pub(in crate::event_bus) type Print = Arc<dyn Fn(AnyEvent<'_>, &EventsMetadata) + Send + Sync>;

impl Consumer {
    /// Consumes until `stop` is used. Returns what was done.
    ///
    /// The thread talks to the bus meanwhile, and another one does while nothing is in hand: a stop then ends the run
    /// within about a second, also where the bus hangs. Receivers run on threads of their own.
    ///
    /// # Errors
    ///
    /// See [`ConsumeError`]: each has the exit code that the command line gives it.
    pub fn run(&self, stop: impl Borrow<Stop>) -> Result<Report, ConsumeError> {
        if !self.enabled {
            tracing::error!(
                "consumers are not enabled (EVENT_BUS_REDIS_CONSUMERS_ENABLED): nothing is consumed"
            );
            return Ok(Report::default());
        }
        self.check()?;
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let span = tracing::info_span!(
            "consumer",
            redis_stream = topic,
            redis_consumer_group = group,
            redis_consumer_name = consumer_name
        );
        let _entered = span.entered();
        tracing::info!("consuming");
        let consumer = self.bus()?.consumer(&self.subscription).map_err(|error| self.refused(error))?;
        let observer = Observer::new(topic, self.options.audit, self.print.clone());
        let coordinator =
            Coordinator::new(consumer, &self.subscription, &self.options, stop.borrow(), &observer)?;
        let (report, outcome) = coordinator.run();
        match outcome {
            Ok(()) => Ok(report),
            Err(ConsumeError::Bus(error)) => Err(self.refused(error)),
            Err(error) => Err(error),
        }
    }

    fn refused(&self, error: BusError) -> ConsumeError {
        let Subscription { group, start, .. } = &self.subscription;
        match start {
            Start::After(entry) if error.is_group_exists() => ConsumeError::GroupExists {
                topic: self.topic.clone(),
                group: group.clone(),
                entry: entry.clone(),
            },
            _ => ConsumeError::Bus(error),
        }
    }

    fn bus(&self) -> Result<Arc<dyn EventBus>, ConsumeError> {
        match &self.bus {
            Source::Bus(bus) => Ok(Arc::clone(bus)),
            Source::Settings(settings) => {
                let name =
                    settings.consuming_bus().map_err(|error| ConsumeError::Refused(error.to_string()))?;
                from_settings::bus(name, settings).map_err(ConsumeError::Bus)
            }
        }
    }

    fn check(&self) -> Result<(), ConsumeError> {
        if self.topic.is_empty() || self.subscription.group.is_empty() {
            let missing = "a consumer needs a topic and a group: call `topic` and `group` before `run`";
            return Err(ConsumeError::Refused(missing.to_owned()));
        }
        if !self.options.observed && !registry::has_receivers() {
            return Err(ConsumeError::NoReceivers);
        }
        let Subscription { topic, claim_older_than, receiver_timeout, .. } = &self.subscription;
        if receiver_timeout >= claim_older_than {
            return Err(ConsumeError::Refused(format!(
                "a receiver may take {receiver_timeout:?}, and messages are taken over after {claim_older_than:?}: another \
                 member would handle a message that a slow receiver is still at work on; raise `claim_msgs_older_than`, \
                 or lower `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT`"
            )));
        }
        if !self.allow_loop
            && let Some(event_type) = crate::event_bus::producer::install::produced_to(topic)
        {
            return Err(ConsumeError::Refused(format!(
                "this process produces `{event_type}` to topic `{topic}`, and would consume its own events\nnote: \
                 the routes in its settings say so, which it may share with the service that sends\n{LOOP_HELP}"
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("subscription", &self.subscription)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What to do where a process would consume its own events.
pub(crate) const LOOP_HELP: &str = "help: allow it where no receiver sends that event (`--allow-loop`, \
    `Consumer::allow_loop`), or disable the route in the settings of the process that consumes (`enabled: false`)";

/// Runs several consumers, each on a thread of its own, until `stop` is used. When one ends with an error, the others
/// are stopped, too.
///
/// # Errors
///
/// The first error of any of them.
pub fn run_all(consumers: &[Consumer], stop: &Stop) -> Result<Report, ConsumeError> {
    thread::scope(|scope| {
        let run = |consumer: &Consumer| {
            let panicked = |_| Err(ConsumeError::Refused("the consumer panicked".to_owned()));
            let outcome = catch_unwind(AssertUnwindSafe(|| consumer.run(stop))).unwrap_or_else(panicked);
            if outcome.is_err() {
                stop.stop();
            }
            outcome
        };
        let threads: Vec<_> = consumers.iter().map(|consumer| scope.spawn(move || run(consumer))).collect();
        let mut total = Report::default();
        let mut first = None;
        for thread in threads {
            match thread.join() {
                Ok(Ok(report)) => total.add(report),
                Ok(Err(error)) => first = first.or(Some(error)),
                // What a consumer panics with is caught on its thread.
                Err(payload) => resume_unwind(payload),
            }
        }
        first.map_or(Ok(total), Err)
    })
}
