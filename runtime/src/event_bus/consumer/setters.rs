//! How a consumer is set up.

use std::{
    borrow::Borrow,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    BusSource, Consumer,
    backoff::Backoff,
    options::{OnError, OnUnknownType, Options},
};
use crate::{
    event::AnyEvent,
    event_bus::{
        broker::{EventBus, Start, Subscription, bounded},
        settings::{ConsumerExtra, ConsumerSettings, Settings},
        wire::EntryId,
    },
    metadata::{EventsMetadata, host},
};

impl Consumer {
    /// Makes a consumer with these settings. It also needs a [`topic`](Self::topic) and a [`group`](Self::group).
    ///
    /// Its name in the group is `{service}.{host}`, unless [`consumer_name`](Self::consumer_name) sets another one; two members
    /// on one host need different names.
    pub fn new(settings: impl Borrow<Settings>) -> Self {
        let settings = settings.borrow();
        let service = settings.service_name.as_deref().unwrap_or("SERVICE_NAME_UNSET");
        let source = BusSource::Settings(Box::new(settings.clone()));
        Self::from(source, "", "", format!("{service}.{}", host()), &settings.consumer)
    }

    /// Makes the member `consumer_name` of `group` on `topic` of `bus`, with the defaults of all settings.
    ///
    /// `topic` is the full name, with the prefix. The member's name must stay the same across restarts, so that it finds the
    /// messages that it had not acknowledged.
    pub fn of(
        bus: Arc<dyn EventBus>,
        topic: impl Into<String>,
        group: impl Into<String>,
        consumer_name: impl Into<String>,
    ) -> Self {
        Self::from(BusSource::Bus(bus), topic, group, consumer_name, &ConsumerSettings::default())
    }

    fn from(
        bus: BusSource,
        topic: impl Into<String>,
        group: impl Into<String>,
        consumer_name: impl Into<String>,
        settings: &ConsumerSettings,
    ) -> Self {
        let topic = topic.into();
        let subscription = Subscription::new(topic.clone(), group, consumer_name);
        let options = Options {
            read_at_once: None,
            read_bytes: settings.read_bytes,
            concurrency: 1,
            max_attempts: settings.max_attempts.max(1),
            backoff: Backoff::new(settings.retry_min, settings.retry_max),
            pause_after: settings.pause_after,
            pause_max: bounded(settings.pause_max),
            poll_timeout: settings.poll_timeout,
            poll_failure_sleep: bounded(settings.poll_failure_sleep),
            consecutive_errors_limit: settings.consecutive_errors_limit,
            stop_timeout: Duration::from_secs(30),
            on_error: OnError::default(),
            on_unknown_type: OnUnknownType::default(),
            only: Vec::new(),
            count: None,
            audit: settings.audit_logging_enabled,
            decode_all: false,
        };
        let enabled = settings.enabled;
        let consumer = Self { bus, subscription, topic, options, enabled, allow_loop: false, print: None };
        consumer
            .receiver_timeout(settings.receiver_timeout)
            .dead_letters(settings.dlq_max_age, settings.dlq_max_len)
    }

    /// Sets the topic, without the prefix that settings have, and applies its entry in `EVENT_BUS_CONSUMER_CONFIG`, which
    /// includes the group. Later calls override the entry.
    pub fn topic(mut self, topic: &str) -> Self {
        topic.clone_into(&mut self.topic);
        let BusSource::Settings(settings) = &self.bus else {
            topic.clone_into(&mut self.subscription.topic);
            return self;
        };
        self.subscription.topic = settings.stream_name(topic);
        match settings.consumer.config.get(topic).cloned() {
            Some(config) => self.group(config.group_id).extra(&config.extra),
            None => self,
        }
    }

    /// Sets the consumer group. Its members share the messages; each group gets all of them.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.subscription.group = group.into();
        self
    }

    /// Sets the member's name in its group. It must stay the same across restarts, so that the member finds the messages that
    /// it had not acknowledged.
    pub fn consumer_name(mut self, name: impl Into<String>) -> Self {
        self.subscription.consumer_name = name.into();
        self
    }

    /// Keeps the member's place in its group while it restarts: on Kafka, the other members take its partitions only when its session
    /// is over (static membership). No two processes may use the same id at the same time. By default, the other members take over at
    /// once.
    pub fn group_instance_id(mut self, id: impl Into<String>) -> Self {
        self.subscription.group_instance_id = Some(id.into());
        self
    }

    /// Applies the options that `--extra` of `consume-events` takes.
    pub fn extra(self, extra: &ConsumerExtra) -> Self {
        let start = match (&extra.last_read_msg_id, extra.check_backlog) {
            (Some(id), _) => Start::After(EntryId::new(&**id)),
            (None, true) => Start::Backlog,
            (None, false) => Start::New,
        };
        let consumer = self.start(start).claim_older_than(extra.claim_msgs_older_than);
        let consumer = match &extra.group_instance_id {
            Some(id) => consumer.group_instance_id(id),
            None => consumer,
        };
        match &extra.consumer_name {
            Some(name) => consumer.consumer_name(name),
            None => consumer,
        }
    }

    /// Sets where a new group begins. By default, with messages that are sent from then on.
    pub fn start(mut self, start: Start) -> Self {
        self.subscription.start = start;
        self
    }

    /// Ends the consumer when its group has received all messages that the broker stored before this time. Later messages are
    /// neither handled nor acknowledged, and the group's position stays before them. If other members of the group read at the same
    /// time, some later messages may stay pending with this member instead.
    pub fn until(mut self, end: SystemTime) -> Self {
        self.subscription.until = Some(end);
        self
    }

    /// Sets how many messages are read at once, at least one. By default, 100, or two for each lane if that is more. If the program
    /// has [batch receivers](crate::guide::batches), by default as many as fill the largest batch in each lane, if that is more still,
    /// but not more than 5,000 for all lanes unless a single batch is larger.
    ///
    /// While receivers handle these messages, the consumer reads the next ones, so it holds up to twice as many. With 1, it
    /// reads a message only when the one before is handled.
    pub fn read_at_once(mut self, count: usize) -> Self {
        self.options.read_at_once = Some(count.max(1));
        self
    }

    /// Sets how many bytes the messages may take that were read and are not handled yet. By default, 64 MB.
    ///
    /// The consumer reads as many messages as fit if they are as large as the largest of the last few thousand, and at least
    /// one if it has none. So a read exceeds the limit only if messages are larger than all before.
    pub fn read_bytes(mut self, bytes: usize) -> Self {
        self.options.read_bytes = bytes;
        self
    }

    /// Sets how many messages are handled at a time: the number of [lanes](crate::guide::event_bus#lanes). By default, one.
    ///
    /// Messages with the same key keep their order: they are handled one after another. So are all messages without a key.
    pub fn concurrency(mut self, lanes: usize) -> Self {
        self.options.concurrency = lanes.max(1);
        self
    }

    /// Sets how often a message is tried. A delivery that crashed the process counts. By default, 8 times.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = attempts.max(1);
        self
    }

    /// Sets the waits between attempts: at most `min` before the second one, twice as long before each further one, and never
    /// longer than `max`. By default, 1 s and 60 s, so that a message is tried for at least a minute.
    pub fn retry(mut self, min: Duration, max: Duration) -> Self {
        self.options.backoff = Backoff::new(min, max);
        self
    }

    /// Sets after how many different messages in a row that use up their attempts in the same receiver the consumer
    /// [pauses](crate::guide::operating#outages), before it gives the last one up; 0 for never. By default, 10.
    ///
    /// A receiver that says that it is [unavailable](crate::ReceiverError::unavailable) begins a pause at once.
    pub fn pause_after(mut self, messages: u32) -> Self {
        self.options.pause_after = messages;
        self
    }

    /// Sets the longest wait between two tries while the consumer is paused. By default, 2 minutes.
    pub fn pause_max(mut self, wait: Duration) -> Self {
        self.options.pause_max = bounded(wait);
        self
    }

    /// Sets how long a receiver may take. By default, 60 s.
    ///
    /// An async receiver that takes longer is cancelled, and the message is tried again. A synchronous receiver cannot be
    /// cancelled, so it ends the consumer, as does an async one that blocks its thread for 2 seconds longer.
    pub fn receiver_timeout(mut self, timeout: Duration) -> Self {
        self.subscription.receiver_timeout = bounded(timeout);
        self
    }

    /// Sets how long a message of another member must be idle before this member claims it. It must be longer than a receiver
    /// may take. By default, 600 s.
    pub fn claim_older_than(mut self, idle: Duration) -> Self {
        self.subscription.claim_older_than = bounded(idle);
        self
    }

    /// Sets how long the consumer waits after a failed call of the broker. By default, 1 s.
    pub fn poll_failure_sleep(mut self, sleep: Duration) -> Self {
        self.options.poll_failure_sleep = bounded(sleep);
        self
    }

    /// Ends the consumer after `limit` errors in a row: failed calls of the broker, unreadable messages, failed attempts. Only a
    /// handled message resets the count. By default, the number is not limited.
    pub fn consecutive_errors_limit(mut self, limit: u32) -> Self {
        self.options.consecutive_errors_limit = Some(limit);
        self
    }

    /// Sets how long running receivers may take after the consumer was stopped. By default, 30 s.
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.options.stop_timeout = bounded(timeout);
        self
    }

    /// Sets what to do with messages that failed in all their attempts.
    pub fn on_error(mut self, policy: OnError) -> Self {
        self.options.on_error = policy;
        self
    }

    /// Sets what to do with messages whose event type this program does not know.
    pub fn on_unknown_type(mut self, policy: OnUnknownType) -> Self {
        self.options.on_unknown_type = policy;
        self
    }

    /// Handles only messages of these event types; others are acknowledged and skipped.
    pub fn only<T: Into<String>>(mut self, event_types: impl IntoIterator<Item = T>) -> Self {
        self.options.only = event_types.into_iter().map(Into::into).collect();
        self
    }

    /// Ends the consumer after `count` messages.
    pub fn count(mut self, count: u64) -> Self {
        self.options.count = Some(count);
        self
    }

    /// Sets whether each message is logged, with its ids and without its data. By default, it is.
    pub fn audit(mut self, audit: bool) -> Self {
        self.options.audit = audit;
        self
    }

    /// Limits the dead letters: those older than `max_age` are dropped, and the oldest if there are more than `max_len`. By
    /// default, 14 days and 10000.
    pub fn dead_letters(mut self, max_age: Duration, max_len: u64) -> Self {
        self.subscription.dead_letter_max_age = bounded(max_age);
        self.subscription.dead_letter_max_len = max_len;
        self
    }

    /// Sets whether this process may consume a topic that it produces to. By default, it may not.
    pub fn allow_loop(mut self, allow: bool) -> Self {
        self.allow_loop = allow;
        self
    }

    /// Calls `print` for each event before its receivers run, even if it has no receiver.
    pub fn print(mut self, print: impl Fn(AnyEvent<'_>, &EventsMetadata) + Send + Sync + 'static) -> Self {
        self.print = Some(Arc::new(print));
        self.options.decode_all = true;
        self
    }
}
