//! The thread that polls while nothing is in flight, so that a stop does not wait for a broker that hangs.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, SendError, Sender, channel},
    time::{Duration, Instant},
};

use super::stop::{OnStop, Stop};
use crate::event_bus::{
    broker::{BusError, EventBusConsumer, Polled, Waker},
    observe::{Observation, Observers, spawn},
    wire::{Entry, EntryId, Failure},
};

/// How long a poll may go on after a stop. It is longer than the slice of a broker that cannot be woken; a stop still ends
/// the run within a second.
const GRACE: Duration = Duration::from_millis(600);

/// Calls the broker, and stops waiting for it after a stop.
pub(super) struct Poller {
    /// `None` during a poll on the other thread, and for good after a stop that did not wait for it.
    consumer: Option<Box<dyn EventBusConsumer>>,
    waker: Option<Waker>,
    questions: Sender<Question>,
    news: Receiver<News>,
    /// Sends news when the consumer is stopped.
    _on_stop: OnStop,
}

struct Question {
    consumer: Box<dyn EventBusConsumer>,
    acknowledge: Vec<EntryId>,
    max: usize,
    wait: Duration,
}

enum News {
    Answer(Box<dyn EventBusConsumer>, Result<Polled, BusError>),
    Panic(Box<dyn Any + Send>),
    Stop,
}

impl Poller {
    pub(super) fn start(
        consumer: Box<dyn EventBusConsumer>,
        stop: &Stop,
        observers: &Observers,
    ) -> io::Result<Self> {
        let (questions, asked) = channel::<Question>();
        let (answer, news) = channel();
        let stopped = answer.clone();
        let observers = observers.clone();
        spawn("events-bus".to_owned(), move || {
            for question in asked {
                question.ask(&answer, &observers);
            }
        })?;
        let on_stop = stop.on_stop(move || drop(stopped.send(News::Stop)));
        let waker = consumer.waker();
        Ok(Self { consumer: Some(consumer), waker, questions, news, _on_stop: on_stop })
    }

    pub(super) fn can_be_woken(&self) -> bool {
        self.waker.is_some()
    }

    /// Polls without waiting.
    pub(super) fn poll(&mut self, acknowledge: &[EntryId], max: usize) -> Result<Polled, BusError> {
        self.consumer()?.poll(acknowledge, max, Duration::ZERO)
    }

    /// Polls until an entry arrives, `wait` is over, or the consumer is stopped. If the broker does not answer after a stop,
    /// this returns nothing, and every later call fails.
    pub(super) fn wait(
        &mut self,
        acknowledge: &[EntryId],
        max: usize,
        wait: Duration,
    ) -> Result<Polled, BusError> {
        let consumer = self.consumer.take().ok_or_else(no_answer)?;
        let question = Question { consumer, acknowledge: acknowledge.to_vec(), max, wait };
        self.questions.send(question).map_err(|_| no_answer())?;
        let mut news = self.news.recv().map_err(|_| no_answer())?;
        if matches!(news, News::Stop) {
            if let Some(wake) = &self.waker {
                wake();
            }
            let deadline = Instant::now() + GRACE;
            while matches!(news, News::Stop) {
                let left = deadline.saturating_duration_since(Instant::now());
                let Ok(next) = self.news.recv_timeout(left) else {
                    tracing::warn!(
                        "the event bus does not answer, so the consumer ends without waiting for it: the messages that \
                         were finished last may be delivered again"
                    );
                    // The other thread gives back the entries that still arrive.
                    self.news = channel().1;
                    return Ok(Polled::default());
                };
                news = next;
            }
        }
        match news {
            News::Answer(consumer, polled) => {
                self.consumer = Some(consumer);
                polled
            }
            News::Panic(payload) => resume_unwind(payload),
            News::Stop => Err(no_answer()),
        }
    }

    pub(super) fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        self.consumer()?.hold(entries)
    }

    pub(super) fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        self.consumer()?.dead_letter(entry, failure)
    }

    fn consumer(&mut self) -> Result<&mut Box<dyn EventBusConsumer>, BusError> {
        self.consumer.as_mut().ok_or_else(no_answer)
    }
}

fn no_answer() -> BusError {
    BusError::transient("the event bus does not answer")
}

impl Question {
    fn ask(self, answer: &Sender<News>, observers: &Observers) {
        let Self { mut consumer, acknowledge, max, wait } = self;
        let polled = catch_unwind(AssertUnwindSafe(|| consumer.poll(&acknowledge, max, wait)));
        let news = match polled {
            Ok(polled) => News::Answer(consumer, polled),
            Err(payload) => News::Panic(payload),
        };
        if let Err(SendError(News::Answer(consumer, Ok(polled)))) = answer.send(news) {
            give_back(consumer, &polled, observers);
        }
    }
}

/// Gives back entries that arrived after the consumer had ended.
fn give_back(mut consumer: Box<dyn EventBusConsumer>, polled: &Polled, observers: &Observers) {
    for lost in &polled.lost {
        observers.tell(&Observation::Lost(lost));
    }
    let entries: Vec<_> =
        polled.entries.iter().map(|entry| (entry.id.clone(), entry.attempt.saturating_sub(1))).collect();
    if !entries.is_empty()
        && let Err(error) = consumer.hold(&entries)
    {
        let doing = "entries that arrived after the stop could not be returned";
        observers.tell(&Observation::BrokerFailed { doing, error: &error });
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        thread,
    };

    use super::*;
    use crate::event_bus::wire::Message;

    type Held = Arc<Mutex<Vec<(EntryId, u32)>>>;

    /// A bus that hangs until the test lets it go, and then has an entry.
    struct Hanging {
        let_go: Receiver<()>,
        held: Held,
    }

    impl EventBusConsumer for Hanging {
        fn poll(&mut self, _: &[EntryId], _: usize, _: Duration) -> Result<Polled, BusError> {
            self.let_go.recv().expect("the test lets it go");
            let entry = Entry::new(EntryId::new("1-1"), Message::builder().build(), 3);
            let mut answer = Polled::default();
            answer.entries.push(entry);
            Ok(answer)
        }

        fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
            self.held.lock().unwrap().extend_from_slice(entries);
            Ok(())
        }

        fn dead_letter(&mut self, _: &Entry, _: &Failure) -> Result<(), BusError> {
            Err(no_answer())
        }
    }

    fn hanging(stop: &Stop) -> (Poller, Sender<()>, Held) {
        let (let_go, held) = (channel(), Held::default());
        let consumer = Hanging { let_go: let_go.1, held: Arc::clone(&held) };
        (Poller::start(Box::new(consumer), stop, &Observers::new([])).unwrap(), let_go.0, held)
    }

    #[test]
    fn a_stop_does_not_wait_for_a_bus_that_hangs() {
        let stop = Stop::new();
        let (mut poller, let_go, held) = hanging(&stop);
        stop.stop();
        let started = Instant::now();
        let answer = poller.wait(&[], 10, Duration::from_secs(50)).unwrap();
        assert!(answer.entries.is_empty() && started.elapsed() < Duration::from_secs(5));
        assert!(poller.hold(&[]).is_err() && poller.wait(&[], 10, Duration::ZERO).is_err());
        let_go.send(()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while held.lock().unwrap().is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(*held.lock().unwrap(), [(EntryId::new("1-1"), 2)], "the attempt had not begun");
    }

    #[test]
    fn entries_that_arrive_soon_after_a_stop_are_returned() {
        let stop = Stop::new();
        let (mut poller, let_go, held) = hanging(&stop);
        let_go.send(()).unwrap();
        stop.stop();
        assert_eq!(poller.wait(&[], 10, Duration::from_secs(50)).unwrap().entries.len(), 1);
        poller.hold(&[(EntryId::new("1-1"), 2)]).unwrap();
        assert_eq!(held.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_panic_of_the_bus_reaches_the_caller() {
        let stop = Stop::new();
        let (mut poller, let_go, _held) = hanging(&stop);
        let_go.send(()).unwrap();
        poller.wait(&[], 10, Duration::ZERO).unwrap();
        drop(let_go);
        let asked = catch_unwind(AssertUnwindSafe(|| poller.wait(&[], 10, Duration::ZERO)));
        assert!(asked.is_err());
        assert!(poller.wait(&[], 10, Duration::ZERO).unwrap_err().is_transient(), "the bus is gone");
    }
}
