//! Consuming: at least once, in order, with retries and dead letters.
//!
//! ```text
//!              ┌────────── coordinator and recorder: one thread, which alone calls the broker ──────────┐
//!              │ poll (acknowledges), read_ahead   hold (before a retry)   dead_letter   hold (at a stop) │
//!              │      ▼                        ▲                     ▲                ▲                 │
//!   in_flight  │ receive ─► Fresh ─► Running ─► Waiting ────────► Recording         returned             │
//!              │                       │  ▲─────── retry ◄──────────┘                                    │
//!              │          collected ◄──┤                                                                 │
//!              │              └────────┼─► finished ─► acknowledged by the next poll                     │
//!              └───────────────────────┼─────────────────────────────────────────────────────────────────┘
//!   lanes: a thread each               job: decode, run the receivers ─► verdict: decide what comes next
//!                                      batch_call: run a batch receiver, and split a batch that fails
//! ```
//!
//! A message that the broker revokes leaves `in_flight` at once, or when its receivers end. Last of all, the coordinator leaves
//! the group.
//!
//! `in_flight` owns the state of each message, and `calls` knows which receivers run. `lane`, `coordinator` and `recorder` change the
//! state, and `observe` reports it. This folder may use `wire`, `broker`, `settings`, `observe`, and the registry; it contains nothing
//! about a particular broker.

mod backoff;
mod batch_call;
mod calls;
mod check;
mod coordinator;
mod error;
mod floor;
mod in_flight;
mod intake;
mod job;
mod lane;
mod lanes;
mod options;
mod outages;
mod pace;
mod poller;
mod recorder;
#[cfg(feature = "cli")]
mod renamed;
mod replay;
mod report;
mod setters;
mod stop;
mod verdict;

use std::{
    borrow::Borrow,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
};

#[cfg(feature = "cli")]
pub(crate) use check::LOOP_HELP;
use coordinator::Coordinator;
pub use error::ConsumeError;
#[cfg(feature = "cli")]
pub(crate) use error::seek_arguments;
use options::Options;
pub use options::{OnError, OnUnknownType};
#[cfg(feature = "cli")]
pub(crate) use renamed::{Renamed, rename};
#[cfg(feature = "cli")]
pub(crate) use replay::Together;
pub use replay::{Replayed, replay, replay_all};
use report::Tally;
pub use report::{LaneUse, Report};
pub use stop::Stop;

use super::{
    broker::{BusError, EventBus, Subscription, from_settings},
    observe::{EventCallback, Log, Observer, Observers, Print},
    settings::Settings,
};
use crate::executor::{Remembered, Runtime, blocking, clock, in_runtime};

/// A member of a consumer group: reads a topic, and hands its events to the receivers in this process.
///
/// The counterpart of `consume_events` in Python. A message is acknowledged when all its receivers have succeeded, or when
/// it is stored among the dead letters, so a failure loses nothing.
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
    bus: BusSource,
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
enum BusSource {
    Bus(Arc<dyn EventBus>),
    /// The bus that settings name.
    Settings(Box<Settings>),
}

impl Consumer {
    /// Consumes until `stop` is used. Returns the numbers of the run.
    ///
    /// The calling thread calls the broker; another thread does while nothing is in flight, so that a stop ends the run within
    /// about a second even if the broker hangs. Receivers run on threads of their own.
    ///
    /// With the feature `tokio`, async receivers find [the tokio runtime](crate::guide::asynchronous#the-runtime) in which this was
    /// called. If there is none, one is started for the time of the run. This blocks its thread: from asynchronous code, call it in
    /// `tokio::task::spawn_blocking`. The only thread of a current-thread runtime is refused if the program has async receivers.
    ///
    /// # Errors
    ///
    /// See [`ConsumeError`]: each has the exit code that the command line gives it.
    pub fn run(&self, stop: impl Borrow<Stop>) -> Result<Report, ConsumeError> {
        if !self.enabled {
            tracing::error!(
                "consumers are disabled in the settings (CONSUMERS_ENABLED is false): nothing is consumed"
            );
            return Ok(Report::default());
        }
        self.check()?;
        let stop = stop.borrow();
        // On a worker of tokio, other tasks continue on another thread.
        in_runtime(|| {
            self.check_runtime()?;
            blocking(|| self.consume(stop))
        })
        .map_err(ConsumeError::Refused)?
    }

    fn consume(&self, stop: &Stop) -> Result<Report, ConsumeError> {
        // Threads that receivers start find the runtime too.
        let _runtime = Remembered::current();
        let topic = &self.subscription.topic;
        let bus = self.bus()?;
        self.check_capabilities(&*bus)?;
        let _entered = bus.consumer_span(&self.subscription).entered();
        let mut subscription = self.subscription.clone();
        subscription.stores_dead_letters = self.options.stores_dead_letters();
        let consumer = bus.consumer(&subscription).map_err(|error| self.refused(error))?;
        tracing::info!("consuming");
        let tally = Tally::default();
        let log = Log::for_consumer(topic, self.options.audit.then(|| bus.audit_log()));
        let mut observers: Vec<Box<dyn Observer>> = vec![Box::new(log), Box::new(tally.clone())];
        if let Some(print) = &self.print {
            observers.push(Box::new(EventCallback(Arc::clone(print))));
        }
        let observers = Observers::new(observers);
        let mut options = self.options.clone();
        options.choose_read_at_once();
        let (outcome, lanes) =
            Coordinator::new(consumer, &self.topic, &self.subscription, &options, stop, &observers)?.run();
        let report = Report { lanes, ..tally.report() };
        tracing::info!("consumer ended: {report}");
        if let Err(error @ ConsumeError::RuntimeEnded { .. }) = &outcome {
            // A program that has ended its runtime may have dropped the task that would get this result.
            tracing::error!("{error}");
        }
        match outcome {
            Ok(()) => Ok(report),
            Err(ConsumeError::Bus(error)) => Err(self.refused(error)),
            Err(error) => Err(error),
        }
    }

    fn refused(&self, error: BusError) -> ConsumeError {
        if !error.is_group_exists() {
            return ConsumeError::Bus(error);
        }
        let Subscription { group, start, .. } = &self.subscription;
        ConsumeError::GroupExists { topic: self.topic.clone(), group: group.clone(), start: start.clone() }
    }

    fn bus(&self) -> Result<Arc<dyn EventBus>, ConsumeError> {
        match &self.bus {
            BusSource::Bus(bus) => Ok(Arc::clone(bus)),
            BusSource::Settings(settings) => {
                let name =
                    settings.consuming_bus().map_err(|error| ConsumeError::Refused(error.to_string()))?;
                from_settings::bus(name, settings).map_err(ConsumeError::Bus)
            }
        }
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

/// Runs several consumers, each on a thread of its own, until `stop` is used. If one ends with an error, the others are
/// stopped.
///
/// # Errors
///
/// Returns the first error of any of them.
pub fn run_all(consumers: &[Consumer], stop: &Stop) -> Result<Report, ConsumeError> {
    in_runtime(|| {
        // Checked here too, and not only on the threads of the consumers: this thread may be the only one of its runtime.
        for consumer in consumers {
            consumer.check_runtime()?;
        }
        blocking(|| run_on_threads(consumers, stop))
    })
    .map_err(ConsumeError::Refused)?
}

fn run_on_threads(consumers: &[Consumer], stop: &Stop) -> Result<Report, ConsumeError> {
    let runtime = Runtime::current();
    thread::scope(|scope| {
        let run = |consumer: &Consumer| {
            let panicked = |_| Err(ConsumeError::Refused("the consumer panicked".to_owned()));
            let outcome = catch_unwind(AssertUnwindSafe(|| consumer.run(stop))).unwrap_or_else(panicked);
            if outcome.is_err() {
                stop.stop();
            }
            outcome
        };
        let threads: Vec<_> = consumers
            .iter()
            .map(|consumer| {
                let runtime = runtime.clone();
                scope.spawn(move || runtime.with(|| run(consumer)))
            })
            .collect();
        let mut total = Report::default();
        let mut first = None;
        for thread in threads {
            match thread.join() {
                Ok(Ok(report)) => total.add(report),
                Ok(Err(error)) => first = first.or(Some(error)),
                // A panic of the consumer is caught on its thread.
                Err(payload) => resume_unwind(payload),
            }
        }
        first.map_or(Ok(total), Err)
    })
}
