//! What a consumer is told before it runs.

use std::{borrow::Borrow, sync::Arc, time::Duration};

use super::{
    Consumer, Source,
    options::{OnError, OnUnknownType, Options},
    retry::Backoff,
};
use crate::{
    event::AnyEvent,
    event_bus::{
        broker::{
            contract::EventBus,
            subscription::{Start, Subscription, bounded},
        },
        settings::{ConsumerExtra, ConsumerSettings, Settings},
        wire::entry::EntryId,
    },
    metadata::{EventsMetadata, host},
};

impl Consumer {
    /// A consumer with these settings. It needs a [`topic`](Self::topic) and a [`group`](Self::group).
    ///
    /// It is called `{service}.{host}` in its group, unless it is given a name: two members on one host need names of
    /// their own.
    pub fn new(settings: impl Borrow<Settings>) -> Self {
        let settings = settings.borrow();
        let service = settings.service_name.as_deref().unwrap_or("SERVICE_NAME_UNSET");
        let ConsumerSettings { max_attempts, retry_min, retry_max, receiver_timeout, .. } =
            &settings.consumer;
        let source = Source::Settings(Box::new(settings.clone()));
        let mut consumer = Self::from(source, "", "", format!("{service}.{}", host()))
            .max_attempts(u32::try_from(*max_attempts).unwrap_or(u32::MAX))
            .retry(*retry_min, *retry_max)
            .receiver_timeout(*receiver_timeout)
            .dead_letters(settings.consumer.dlq_max_age, settings.consumer.dlq_max_len)
            .poll_failure_sleep(settings.consumer.poll_failure_sleep)
            .audit(settings.redis.audit_logging_enabled);
        consumer.enabled = settings.consumer.enabled;
        consumer.options.poll_timeout = settings.consumer.poll_timeout;
        let limit = settings.consumer.consecutive_errors_limit;
        consumer.options.consecutive_errors_limit =
            limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
        consumer
    }

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
        Self::from(Source::Bus(bus), topic, group, consumer_name)
    }

    fn from(
        bus: Source,
        topic: impl Into<String>,
        group: impl Into<String>,
        consumer_name: impl Into<String>,
    ) -> Self {
        let seconds = Duration::from_secs;
        let topic = topic.into();
        let subscription = Subscription::new(topic.clone(), group, consumer_name);
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
        Self { bus, subscription, topic, options, enabled: true, allow_loop: false, print: None }
    }

    /// The topic, without the prefix that settings have. What `EVENT_BUS_CONSUMER_CONFIG` has for it, group included,
    /// holds unless it is said otherwise after this.
    pub fn topic(mut self, topic: &str) -> Self {
        topic.clone_into(&mut self.topic);
        let Source::Settings(settings) = &self.bus else {
            topic.clone_into(&mut self.subscription.topic);
            return self;
        };
        self.subscription.topic = settings.stream_name(topic);
        match settings.consumer.config.get(topic).cloned() {
            Some(config) => self.group(config.group_id).extra(&config.extra),
            None => self,
        }
    }

    /// The consumer group: its members share the messages, and each group gets all.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.subscription.group = group.into();
        self
    }

    /// The member's name in its group: the same after a restart, so that it finds what it left.
    pub fn consumer_name(mut self, name: impl Into<String>) -> Self {
        self.subscription.consumer_name = name.into();
        self
    }

    /// What `--extra` of `consume-events` says.
    pub fn extra(self, extra: &ConsumerExtra) -> Self {
        let start = match (&extra.last_read_msg_id, extra.check_backlog) {
            (Some(id), _) => Start::After(EntryId::new(&**id)),
            (None, true) => Start::Backlog,
            (None, false) => Start::New,
        };
        let consumer = self.start(start).claim_older_than(extra.claim_msgs_older_than);
        match &extra.consumer_name {
            Some(name) => consumer.consumer_name(name),
            None => consumer,
        }
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
        let (min, max) = (bounded(min), bounded(max));
        self.options.backoff = Backoff { min, max: max.max(min) };
        self
    }

    /// How long a receiver may take: 60 s, unless said otherwise. A receiver that takes longer ends the consumer.
    pub fn receiver_timeout(mut self, timeout: Duration) -> Self {
        let timeout = bounded(timeout);
        self.subscription.receiver_timeout = timeout;
        self.options.receiver_timeout = timeout;
        self
    }

    /// Messages in the hands of other members are taken over when nothing was heard of them for so long: 600 s,
    /// unless said otherwise. It has to be longer than a receiver may take.
    pub fn claim_older_than(mut self, idle: Duration) -> Self {
        let idle = bounded(idle);
        self.subscription.claim_older_than = idle;
        self.options.claim_older_than = idle;
        self
    }

    /// How long to wait after the bus could not be read: 1 s, unless said otherwise.
    pub fn poll_failure_sleep(mut self, sleep: Duration) -> Self {
        self.options.poll_failure_sleep = bounded(sleep);
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
        self.options.stop_timeout = bounded(timeout);
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
        self.subscription.dead_letter_max_age = bounded(max_age);
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
}
