//! Consuming: at least once, in order, with retries and dead letters. What a bus does is behind
//! [`EventBusConsumer`](super::EventBusConsumer); what becomes of a message is decided here.

mod aftermath;
mod coordinator;
mod error;
mod job;
mod lane;
mod observer;
mod options;
mod replay;
mod report;
mod retry;
mod stop;

use std::{fmt, sync::Arc, thread, time::Duration};

use coordinator::Coordinator;
pub use error::ConsumeError;
use observer::Observer;
use options::Options;
pub use options::{OnError, OnUnknownType};
pub use replay::{Replayed, replay};
pub use report::Report;
use retry::Backoff;
pub use stop::Stop;

use super::{
    bus::{EntryId, EventBus, Start, Subscription},
    named,
    settings::{ConsumerExtra, ConsumerSettings, Settings},
};
use crate::{event::AnyEvent, metadata::EventsMetadata, registry};

/// A member of a consumer group: reads a topic, and hands its events to the receivers in this process.
///
/// The counterpart of `consume_events` in Python. Messages are acknowledged when all receivers have succeeded, or when
/// they are safely among the dead letters: what fails is not lost.
///
/// ```
/// use std::sync::Arc;
///
/// use openedx_events::event_bus::{Consumer, MemoryBus, Stop};
/// # use openedx_events::registry;
///
/// # let _connection = registry::connect_any(|_, _| ());
/// let stop = Stop::new();
/// # stop.stop();
/// let consumer = Consumer::of(Arc::new(MemoryBus::shared()), "learning-enrollments", "my-service", "worker-1");
/// let report = consumer.run(&stop)?;
/// println!("{report}");
/// # Ok::<(), openedx_events::event_bus::ConsumeError>(())
/// ```
#[derive(Clone)]
#[must_use = "a consumer does nothing until it is `run`"]
pub struct Consumer {
    bus: Arc<dyn EventBus>,
    subscription: Subscription,
    options: Options,
    enabled: bool,
    allow_loop: bool,
    print: Option<Print>,
}

type Print = Arc<dyn Fn(AnyEvent<'_>, &EventsMetadata) + Send + Sync>;

impl Consumer {
    /// A member called `consumer_name` of `group`, on `topic` of `bus`.
    ///
    /// `topic` is the full name, with the prefix. The member's name is to be the same after a restart, so that it
    /// finds the messages that it left. Everything else is as settings are by default.
    pub fn of(
        bus: Arc<dyn EventBus>,
        topic: impl Into<String>,
        group: impl Into<String>,
        consumer_name: impl Into<String>,
    ) -> Self {
        let seconds = Duration::from_secs;
        let subscription = Subscription {
            topic: topic.into(),
            group: group.into(),
            consumer_name: consumer_name.into(),
            start: Start::New,
            claim_older_than: seconds(600),
            receiver_timeout: seconds(60),
            dead_letter_max_age: seconds(14 * 24 * 60 * 60),
            dead_letter_max_len: 10_000,
        };
        let options = Options {
            batch: 100,
            concurrency: 1,
            max_attempts: 5,
            backoff: Backoff { min: Duration::from_millis(200), max: seconds(30) },
            receiver_timeout: subscription.receiver_timeout,
            claim_older_than: subscription.claim_older_than,
            poll_timeout: seconds(60),
            poll_failure_sleep: seconds(1),
            consecutive_errors_limit: None,
            stop_timeout: seconds(30),
            on_error: OnError::default(),
            on_unknown_type: OnUnknownType::default(),
            only: Vec::new(),
            count: None,
            audit: true,
            observed: false,
        };
        Self { bus, subscription, options, enabled: true, allow_loop: false, print: None }
    }

    /// A member of `group` on `topic`, whose name is given without prefix, with these settings.
    ///
    /// `extra` wins over what the settings have for the topic in `EVENT_BUS_CONSUMER_CONFIG`. The member is called
    /// `{service}.{host}` unless `extra` has a name: two members on one host need names of their own.
    ///
    /// # Errors
    ///
    /// Where no bus is set, or it cannot be set up.
    pub fn new(
        settings: &Settings,
        topic: &str,
        group: &str,
        extra: &ConsumerExtra,
    ) -> Result<Self, ConsumeError> {
        let refused = |error: super::settings::SettingsError| ConsumeError::Refused(error.to_string());
        let bus =
            named::bus(settings.consuming_bus().map_err(refused)?, settings).map_err(ConsumeError::Bus)?;
        let consumer_name = extra.consumer_name.clone().unwrap_or_else(|| default_name(settings));
        let start = match (&extra.last_read_msg_id, extra.check_backlog) {
            (Some(id), _) => Start::After(EntryId::new(&**id)),
            (None, true) => Start::Backlog,
            (None, false) => Start::New,
        };
        let ConsumerSettings { max_attempts, retry_min, retry_max, receiver_timeout, .. } =
            &settings.consumer;
        let mut consumer = Self::of(bus, settings.stream_name(topic), group, consumer_name)
            .start(start)
            .max_attempts(u32::try_from(*max_attempts).unwrap_or(u32::MAX))
            .retry(*retry_min, *retry_max)
            .receiver_timeout(*receiver_timeout)
            .claim_older_than(extra.claim_msgs_older_than)
            .dead_letters(settings.consumer.dlq_max_age, settings.consumer.dlq_max_len)
            .poll_failure_sleep(settings.consumer.poll_failure_sleep)
            .audit(settings.redis.audit_logging_enabled);
        consumer.enabled = settings.consumer.enabled;
        consumer.options.poll_timeout = settings.consumer.poll_timeout;
        let limit = settings.consumer.consecutive_errors_limit;
        consumer.options.consecutive_errors_limit =
            limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
        Ok(consumer)
    }

    /// Where a group begins that does not exist yet: with what comes, unless said otherwise.
    pub fn start(mut self, start: Start) -> Self {
        self.subscription.start = start;
        self
    }

    /// How many messages are read at a time: 100, unless said otherwise. At least one.
    pub fn batch(mut self, batch: usize) -> Self {
        self.options.batch = batch.max(1);
        self
    }

    /// How many messages are handled at a time: one, unless said otherwise.
    ///
    /// Messages with one key keep their order: they are handled one after the other. So are those without a key.
    pub fn concurrency(mut self, lanes: usize) -> Self {
        self.options.concurrency = lanes.max(1);
        self
    }

    /// How often a message is tried, deliveries that ended the process included: 5 times, unless said otherwise.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = attempts.max(1);
        self
    }

    /// The wait before another attempt: at most `min` before the second, twice as much before each further one, and
    /// never more than `max`. 0.2 s and 30 s, unless said otherwise.
    pub fn retry(mut self, min: Duration, max: Duration) -> Self {
        self.options.backoff = Backoff { min, max: max.max(min) };
        self
    }

    /// How long a receiver may take: 60 s, unless said otherwise. A receiver that takes longer ends the consumer.
    pub fn receiver_timeout(mut self, timeout: Duration) -> Self {
        self.subscription.receiver_timeout = timeout;
        self.options.receiver_timeout = timeout;
        self
    }

    /// Messages in the hands of other members are taken over when nothing was heard of them for so long: 600 s,
    /// unless said otherwise. It has to be longer than a receiver may take.
    pub fn claim_older_than(mut self, idle: Duration) -> Self {
        self.subscription.claim_older_than = idle;
        self.options.claim_older_than = idle;
        self
    }

    /// How long to wait after the bus could not be read: 1 s, unless said otherwise.
    pub fn poll_failure_sleep(mut self, sleep: Duration) -> Self {
        self.options.poll_failure_sleep = sleep;
        self
    }

    /// Ends the consumer after so many errors in a row: failed reads, unreadable messages, failed attempts. Only a
    /// message that was handled starts the count again. Never, unless said.
    pub fn consecutive_errors_limit(mut self, limit: u32) -> Self {
        self.options.consecutive_errors_limit = Some(limit);
        self
    }

    /// How long the messages in hand may take after the consumer was told to stop: 30 s, unless said otherwise.
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.options.stop_timeout = timeout;
        self
    }

    /// What becomes of messages that failed as often as they may.
    pub fn on_error(mut self, policy: OnError) -> Self {
        self.options.on_error = policy;
        self
    }

    /// What becomes of messages whose event type this program does not know.
    pub fn on_unknown_type(mut self, policy: OnUnknownType) -> Self {
        self.options.on_unknown_type = policy;
        self
    }

    /// Handles messages of these event types; others are acknowledged and passed over.
    pub fn only<T: Into<String>>(mut self, event_types: impl IntoIterator<Item = T>) -> Self {
        self.options.only = event_types.into_iter().map(Into::into).collect();
        self
    }

    /// Ends the consumer when it has dealt with so many messages.
    pub fn count(mut self, count: u64) -> Self {
        self.options.count = Some(count);
        self
    }

    /// Whether each message that comes is logged, with its ids and without its data: yes, unless said otherwise.
    pub fn audit(mut self, audit: bool) -> Self {
        self.options.audit = audit;
        self
    }

    /// Bounds of the dead letters: those that are older than `max_age` are dropped, and the oldest when there are more
    /// than `max_len`. 14 days and 10000, unless said otherwise.
    pub fn dead_letters(mut self, max_age: Duration, max_len: u64) -> Self {
        self.subscription.dead_letter_max_age = max_age;
        self.subscription.dead_letter_max_len = max_len;
        self
    }

    /// Allows consuming a topic that this process produces to.
    pub fn allow_loop(mut self, allow: bool) -> Self {
        self.allow_loop = allow;
        self
    }

    /// Calls `print` for each event before its receivers run, also where it has none.
    pub fn print(mut self, print: impl Fn(AnyEvent<'_>, &EventsMetadata) + Send + Sync + 'static) -> Self {
        self.print = Some(Arc::new(print));
        self.options.observed = true;
        self
    }

    /// Consumes until `stop` is used. Returns what was done.
    ///
    /// The thread talks to the bus meanwhile; receivers run on threads of their own.
    ///
    /// # Errors
    ///
    /// See [`ConsumeError`]: each has the exit code that the command line gives it.
    pub fn run(&self, stop: &Stop) -> Result<Report, ConsumeError> {
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
        let consumer = self.bus.consumer(&self.subscription).map_err(ConsumeError::Bus)?;
        let observer = Observer::new(topic, self.options.audit, self.print.clone());
        let coordinator = Coordinator::new(consumer, &self.subscription, &self.options, stop, &observer)?;
        let (report, outcome) = coordinator.run();
        outcome.map(|()| report)
    }

    fn check(&self) -> Result<(), ConsumeError> {
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
            && let Some(event_type) = super::install::produced_to(topic)
        {
            return Err(ConsumeError::Refused(format!(
                "this process produces `{event_type}` to topic `{topic}`, and would consume its own events: consume \
                 in another process, or allow it (`--allow-loop`)"
            )));
        }
        Ok(())
    }
}

/// `{service}.{host}`: the same after a restart.
fn default_name(settings: &Settings) -> String {
    let service = settings.service_name.as_deref().unwrap_or("SERVICE_NAME_UNSET");
    format!("{service}.{}", crate::metadata::host())
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("subscription", &self.subscription)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Runs several consumers, each on a thread of its own, until `stop` is used. When one ends with an error, the others
/// are stopped, too.
///
/// # Errors
///
/// The first error of any of them.
pub fn run_all(consumers: &[Consumer], stop: &Stop) -> Result<Report, ConsumeError> {
    thread::scope(|scope| {
        let run = |consumer: &Consumer| {
            let outcome = consumer.run(stop);
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
                Err(_) => {
                    let panicked = ConsumeError::Refused("the consumer panicked".to_owned());
                    first = first.or(Some(panicked));
                }
            }
        }
        first.map_or(Ok(total), Err)
    })
}
