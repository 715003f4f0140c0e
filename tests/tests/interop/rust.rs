//! The Rust side, in this process.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use openedx_events::{
    EventsMetadata,
    event_bus::{self, Consumer, Guard, Producer, Report, Settings, Stop, settings::ConsumerExtra},
    registry,
};
use openedx_events_tests::golden::Vector;
use serde_json::Value;

/// A service in this process. Only one exists at a time, because receivers and the installed bus belong to the process.
pub(crate) struct Service {
    pub(crate) settings: Settings,
    producer: Producer,
    guard: Option<Guard>,
    _turn: MutexGuard<'static, ()>,
}

/// An event that a receiver got.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) event_type: String,
    pub(crate) metadata: Value,
    pub(crate) avro: Vec<u8>,
    pub(crate) data: Value,
}

impl Received {
    pub(crate) fn id(&self) -> &str {
        self.metadata["id"].as_str().unwrap()
    }
}

impl Service {
    /// Starts a service with these settings.
    pub(crate) fn with(settings: Value) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = Settings::from_value(settings).unwrap();
        let guard = event_bus::install(&settings).unwrap();
        let producer = event_bus::producer().unwrap();
        Self { settings, producer, guard: Some(guard), _turn: turn }
    }

    /// Produces `vectors` from their JSON, as `produce-event` does.
    pub(crate) fn produce(&self, topic: &str, vectors: &[&Vector]) {
        for vector in vectors {
            self.produce_with_key(topic, vector, vector.event.key_field());
        }
    }

    pub(crate) fn produce_with_key(&self, topic: &str, vector: &Vector, key_field: Option<&str>) {
        let metadata = EventsMetadata::from_json(&vector.metadata).unwrap();
        let bytes = vector.event.encode_json(&vector.data.to_string()).unwrap();
        self.producer.send(topic, key_field, &metadata, &bytes).unwrap();
    }

    /// Returns a member of a group, configured as by `--extra`, with short waits.
    pub(crate) fn member(&self, topic: &str, group: &str, extra: &str) -> Consumer {
        let extra = self.settings.read_extra(ConsumerExtra::default(), extra).unwrap();
        let consumer = Consumer::new(&self.settings).topic(topic).group(group).extra(&extra);
        consumer.retry(Duration::from_millis(1), Duration::from_millis(5))
    }

    pub(crate) fn consume(
        &self,
        topic: &str,
        group: &str,
        extra: &str,
        count: usize,
    ) -> (Report, Vec<Received>) {
        let received = Inbox::open(|_| ());
        let consumer = self.member(topic, group, extra).count(count as u64);
        let report = consumer.run(Stop::new()).unwrap();
        (report, received.take())
    }

    /// Returns metadata with the defaults for empty headers.
    pub(crate) fn defaults(vector: &Vector) -> EventsMetadata {
        EventsMetadata::of(vector.event)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.guard.take());
    }
}

/// Holds a receiver while it handles an event.
pub(crate) struct Hold {
    begun: Receiver<()>,
    _release: Sender<()>,
}

impl Hold {
    /// Waits until the receiver has the event.
    pub(crate) fn wait(&self) {
        self.begun.recv_timeout(Duration::from_mins(1)).unwrap();
    }
}

/// A receiver for events of every type.
pub(crate) struct Inbox {
    received: Arc<Mutex<Vec<Received>>>,
    _connection: Box<dyn std::any::Any>,
}

impl Inbox {
    /// Calls `first` for each event before storing it.
    pub(crate) fn open(first: impl Fn(&Received) + Send + Sync + 'static) -> Self {
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let inside = Arc::clone(&received);
        let connection = registry::connect_any(move |event, metadata| {
            let event = Received {
                event_type: event.event_type().to_owned(),
                metadata: serde_json::from_str(&metadata.to_json()).unwrap(),
                avro: event.to_avro().unwrap(),
                data: serde_json::from_str(&event.to_json().unwrap()).unwrap(),
            };
            first(&event);
            inside.lock().unwrap().push(event);
        });
        Self { received, _connection: Box::new(connection) }
    }

    /// Opens an inbox whose receiver of event `held`, counted from 0, does not return until the [`Hold`] is dropped.
    pub(crate) fn holding(held: usize) -> (Self, Hold) {
        let (begun, has_begun) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let (count, released) = (AtomicUsize::new(0), Mutex::new(released));
        let inbox = Self::open(move |_| {
            if count.fetch_add(1, Ordering::Relaxed) == held {
                begun.send(()).unwrap();
                let _ = released.lock().unwrap().recv();
            }
        });
        (inbox, Hold { begun: has_begun, _release: release })
    }

    pub(crate) fn len(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Returns and removes the events so far.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

pub(crate) struct StopOnDrop<'a>(pub(crate) &'a Stop);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
