//! From what was found to [`Settings`]: one setting after the other.

use std::time::Duration;

use super::{
    ConsumerExtra, ConsumerSettings, Delivery, ProducerSettings, RedisSettings, RedisUrl, Settings,
    bus::{self, BusName, Registered},
    consumers::{self, DEFAULT_CLAIM},
    finding::{Findings, Place},
    names,
    routes::{self, Context},
    sources::{Entry, Layers},
    topic,
    value::{self, Zero},
};

/// Reads settings, and reports everything that is wrong with them; what is wrong has its default.
pub(super) fn read(layers: &Layers, registered: &[Registered], findings: &mut Findings) -> Settings {
    for (name, entry) in layers.iter() {
        names::check(&Place::new(name, &entry.origin), name, findings);
    }
    let mut reader = Reader { layers, findings };
    let mut settings = Settings {
        service_name: reader.text(names::EVENTS_SERVICE_NAME).or_else(|| reader.text(names::SERVICE_VARIANT)),
        topic_prefix: reader.topic_prefix(),
        producer: reader.producer(registered),
        consumer: reader.consumer(registered),
        redis: reader.redis(),
        warnings: Vec::new(),
    };
    reader.routes(&mut settings, registered);
    reader.consumer_config(&mut settings);
    reader.connection(&settings);
    settings
}

struct Reader<'a> {
    layers: &'a Layers,
    findings: &'a mut Findings,
}

impl<'a> Reader<'a> {
    fn get(&self, name: &'static str) -> Option<(&'a Entry, Place<'a>)> {
        let entry = self.layers.get(name)?;
        Some((entry, Place::new(name, &entry.origin)))
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        let (entry, place) = self.get(name)?;
        value::text(&place, &entry.value, self.findings)
    }

    fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        let read = self.get(name).and_then(|(entry, place)| {
            value::boolean(&place, &entry.value, entry.is_variable, self.findings)
        });
        read.unwrap_or(default)
    }

    fn count(&mut self, name: &'static str, least: u64) -> Option<u64> {
        let (entry, place) = self.get(name)?;
        value::count(&place, &entry.value, least, self.findings)
    }

    fn seconds(&mut self, name: &'static str, zero: Zero) -> Option<Duration> {
        let (entry, place) = self.get(name)?;
        value::seconds(&place, &entry.value, zero, self.findings)
    }

    fn bus(&mut self, name: &'static str, registered: &[Registered]) -> Option<BusName> {
        let (entry, place) = self.get(name)?;
        bus::read(name, &place, &entry.value, registered, self.findings)
    }

    fn topic_prefix(&mut self) -> Option<String> {
        let prefix = self.text(names::TOPIC_PREFIX)?;
        if let Some((_, place)) = self.get(names::TOPIC_PREFIX) {
            topic::check_prefix(&place, &prefix, self.findings);
        }
        Some(prefix)
    }

    fn producer(&mut self, registered: &[Registered]) -> ProducerSettings {
        let default = ProducerSettings::default();
        ProducerSettings {
            bus: self.bus(names::PRODUCER, registered),
            delivery: self.delivery().unwrap_or(default.delivery),
            timeout: self.seconds(names::PRODUCER_TIMEOUT, Zero::Refused).unwrap_or(default.timeout),
            config: default.config,
        }
    }

    fn delivery(&mut self) -> Option<Delivery> {
        let (entry, place) = self.get(names::PRODUCER_DELIVERY)?;
        match entry.value.as_str() {
            Some("wait") => return Some(Delivery::Wait),
            Some("background") => return Some(Delivery::Background),
            _ => {}
        }
        let found = value::found(&entry.value);
        self.findings.error(
            &place,
            format!(
                "`wait` or `background` is needed, found {found}\nnote: with `wait` the sender learns whether the \
                 bus has the event; with `background` it goes on at once\nhelp: write one of the two"
            ),
        );
        None
    }

    fn consumer(&mut self, registered: &[Registered]) -> ConsumerSettings {
        let default = ConsumerSettings::default();
        let attempts = self.count(names::CONSUMER_MAX_ATTEMPTS, 1);
        let settings = ConsumerSettings {
            bus: self.bus(names::CONSUMER, registered),
            enabled: self.boolean(names::REDIS_CONSUMERS_ENABLED, default.enabled),
            max_attempts: attempts.unwrap_or(default.max_attempts),
            retry_min: self.seconds(names::CONSUMER_RETRY_MIN, Zero::Refused).unwrap_or(default.retry_min),
            retry_max: self.seconds(names::CONSUMER_RETRY_MAX, Zero::Refused).unwrap_or(default.retry_max),
            receiver_timeout: self
                .seconds(names::CONSUMER_RECEIVER_TIMEOUT, Zero::Refused)
                .unwrap_or(default.receiver_timeout),
            dlq_max_age: self
                .seconds(names::CONSUMER_DLQ_MAX_AGE, Zero::Refused)
                .unwrap_or(default.dlq_max_age),
            dlq_max_len: self.count(names::CONSUMER_DLQ_MAX_LEN, 1).unwrap_or(default.dlq_max_len),
            poll_timeout: self
                .seconds(names::REDIS_CONSUMER_POLL_TIMEOUT, Zero::Refused)
                .unwrap_or(default.poll_timeout),
            poll_failure_sleep: self
                .seconds(names::REDIS_CONSUMER_POLL_FAILURE_SLEEP, Zero::Allowed)
                .unwrap_or(default.poll_failure_sleep),
            // As in Python, 0 is no limit.
            consecutive_errors_limit: self
                .count(names::REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT, 0)
                .filter(|limit| *limit > 0),
            config: default.config,
        };
        self.check_retries(&settings);
        settings
    }

    fn check_retries(&mut self, settings: &ConsumerSettings) {
        if settings.retry_min > settings.retry_max {
            let written = self.get(names::CONSUMER_RETRY_MIN).or_else(|| self.get(names::CONSUMER_RETRY_MAX));
            if let Some((_, place)) = written {
                self.findings.error(
                    &place,
                    format!(
                        "the first wait of {} s is longer than the longest of {} s\nnote: waits between attempts \
                         grow from `{}` to `{}`\nhelp: lower the former, or raise the latter",
                        settings.retry_min.as_secs_f64(),
                        settings.retry_max.as_secs_f64(),
                        names::CONSUMER_RETRY_MIN,
                        names::CONSUMER_RETRY_MAX
                    ),
                );
            }
        }
    }

    fn redis(&mut self) -> RedisSettings {
        let default = RedisSettings::default();
        RedisSettings {
            connection_url: self.connection_url(),
            stream_max_len: self.count(names::REDIS_STREAM_MAX_LEN, 1).unwrap_or(default.stream_max_len),
            stream_max_age: self.seconds(names::REDIS_STREAM_MAX_AGE, Zero::Refused),
            audit_logging_enabled: self
                .boolean(names::REDIS_AUDIT_LOGGING_ENABLED, default.audit_logging_enabled),
        }
    }

    fn connection_url(&mut self) -> Option<RedisUrl> {
        let url = self.text(names::REDIS_CONNECTION_URL)?;
        let (_, place) = self.get(names::REDIS_CONNECTION_URL)?;
        url.parse().map_err(|error: super::RedisUrlError| self.findings.error(&place, error.to_string())).ok()
    }

    fn routes(&mut self, settings: &mut Settings, registered: &[Registered]) {
        let Some((entry, place)) = self.get(names::PRODUCER_CONFIG) else { return };
        let uses_keys = match &settings.producer.bus {
            Some(BusName::Registered(name)) => {
                registered.iter().any(|bus| bus.name == *name && bus.uses_keys)
            }
            _ => false,
        };
        let context = Context {
            prefix: settings.topic_prefix.as_deref(),
            uses_keys,
            bus: settings.producer.bus.as_ref().map(BusName::as_str),
        };
        settings.producer.config = routes::read(&place, &entry.value, context, self.findings);
    }

    fn consumer_config(&mut self, settings: &mut Settings) {
        let timeout = settings.consumer.receiver_timeout;
        let has_default_claim = |extra: &ConsumerExtra| extra.claim_msgs_older_than == DEFAULT_CLAIM;
        if let Some((entry, place)) = self.get(names::CONSUMER_CONFIG) {
            let prefix = settings.topic_prefix.as_deref();
            settings.consumer.config = consumers::read(&place, &entry.value, prefix, self.findings);
            for (topic, config) in &settings.consumer.config {
                if !has_default_claim(&config.extra) {
                    let place = place.key(topic).key("extra").key("claim_msgs_older_than");
                    let claim = config.extra.claim_msgs_older_than;
                    consumers::check_claim_time(&place, claim, timeout, self.findings);
                }
            }
        }
        // The default of the one is below that of the other, so that it is wrong only where it is set.
        if let Some((_, place)) = self.get(names::CONSUMER_RECEIVER_TIMEOUT) {
            let consumers = &settings.consumer.config;
            if consumers.is_empty() || consumers.values().any(|config| has_default_claim(&config.extra)) {
                consumers::check_claim_time(&place, DEFAULT_CLAIM, timeout, self.findings);
            }
        }
    }

    fn connection(&mut self, settings: &Settings) {
        if self.layers.get(names::REDIS_CONNECTION_URL).is_some() {
            return;
        }
        let buses = [(names::PRODUCER, &settings.producer.bus), (names::CONSUMER, &settings.consumer.bus)];
        if let Some((name, _)) = buses.into_iter().find(|(_, bus)| **bus == Some(BusName::Redis)) {
            self.findings.error(
                &Place::new(names::REDIS_CONNECTION_URL, ""),
                format!(
                    "it is not set\nnote: `{name}` is `redis`, and there is no default server\nhelp: write it as \
                     in `redis://:password@localhost:6379/0`"
                ),
            );
        }
    }
}
