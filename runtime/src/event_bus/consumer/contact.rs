//! The bus of a consumer. While nothing is in hand, another thread asks it: a stop does not wait for a bus that hangs.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, SendError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use super::{
    report,
    stop::{Stop, Told},
};
use crate::event_bus::{
    broker::{
        contract::{EventBusConsumer, Polled, Waker},
        error::BusError,
    },
    wire::{
        dead_letter::Failure,
        entry::{Entry, EntryId},
    },
};

/// How long a poll may go on after a stop. Longer than a bus may take that cannot be woken, and, with what waking takes,
/// below a second.
const GRACE: Duration = Duration::from_millis(600);

pub(super) struct Contact {
    /// With the other thread during a poll, and for good where a stop did not wait for it.
    consumer: Option<Box<dyn EventBusConsumer>>,
    waker: Option<Waker>,
    asked: Sender<Question>,
    news: Receiver<News>,
    /// For as long as this is there, a stop is news.
    _told: Told,
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

impl Contact {
    pub(super) fn start(consumer: Box<dyn EventBusConsumer>, stop: &Stop) -> io::Result<Self> {
        let (asked, questions) = channel::<Question>();
        let (answer, news) = channel();
        let stopped = answer.clone();
        let span = tracing::Span::current();
        thread::Builder::new().name("events-bus".to_owned()).spawn(move || {
            let _entered = span.entered();
            for question in questions {
                question.ask(&answer);
            }
        })?;
        let told = stop.on_stop(move || drop(stopped.send(News::Stop)));
        let waker = consumer.waker();
        Ok(Self { consumer: Some(consumer), waker, asked, news, _told: told })
    }

    pub(super) fn can_be_woken(&self) -> bool {
        self.waker.is_some()
    }

    /// Polls without a wait.
    pub(super) fn poll(&mut self, acknowledge: &[EntryId], max: usize) -> Result<Polled, BusError> {
        self.consumer()?.poll(acknowledge, max, Duration::ZERO)
    }

    /// Polls until there is something, it is time, or the consumer is stopped. Finds nothing where the bus does not
    /// answer after a stop; it is not to be asked again then.
    pub(super) fn wait(
        &mut self,
        acknowledge: &[EntryId],
        max: usize,
        wait: Duration,
    ) -> Result<Polled, BusError> {
        let consumer = self.consumer.take().ok_or_else(gone)?;
        let question = Question { consumer, acknowledge: acknowledge.to_vec(), max, wait };
        self.asked.send(question).map_err(|_| gone())?;
        let mut news = self.news.recv().map_err(|_| gone())?;
        if matches!(news, News::Stop) {
            if let Some(wake) = &self.waker {
                wake();
            }
            let deadline = Instant::now() + GRACE;
            while matches!(news, News::Stop) {
                let left = deadline.saturating_duration_since(Instant::now());
                let Ok(next) = self.news.recv_timeout(left) else {
                    tracing::warn!(
                        "the bus does not answer, and the consumer ends without it: what was finished last may be \
                         handed out again"
                    );
                    // Whatever still comes is given back by the other thread.
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
            News::Stop => Err(gone()),
        }
    }

    pub(super) fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        self.consumer()?.hold(entries)
    }

    pub(super) fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        self.consumer()?.dead_letter(entry, failure)
    }

    fn consumer(&mut self) -> Result<&mut Box<dyn EventBusConsumer>, BusError> {
        self.consumer.as_mut().ok_or_else(gone)
    }
}

fn gone() -> BusError {
    BusError::transient("the bus does not answer")
}

impl Question {
    fn ask(self, answer: &Sender<News>) {
        let Self { mut consumer, acknowledge, max, wait } = self;
        let polled = catch_unwind(AssertUnwindSafe(|| consumer.poll(&acknowledge, max, wait)));
        let news = match polled {
            Ok(polled) => News::Answer(consumer, polled),
            Err(payload) => News::Panic(payload),
        };
        if let Err(SendError(News::Answer(consumer, Ok(polled)))) = answer.send(news) {
            give_back(consumer, &polled);
        }
    }
}

/// Nobody is there any more who would begin with these.
fn give_back(mut consumer: Box<dyn EventBusConsumer>, polled: &Polled) {
    for lost in &polled.lost {
        report::tell(lost);
    }
    let entries: Vec<_> =
        polled.entries.iter().map(|entry| (entry.id.clone(), entry.attempt.saturating_sub(1))).collect();
    if !entries.is_empty()
        && let Err(error) = consumer.hold(&entries)
    {
        tracing::error!(error = error.to_string(), "what came after the stop could not be given back");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use crate::event_bus::consumer::contact::*;
    use crate::event_bus::wire::message::Message;

    type Held = Arc<Mutex<Vec<(EntryId, u32)>>>;

    /// A bus that hangs until it is let go, and then has something.
    struct Hanging {
        let_go: Receiver<()>,
        held: Held,
    }

    impl EventBusConsumer for Hanging {
        fn poll(&mut self, _: &[EntryId], _: usize, _: Duration) -> Result<Polled, BusError> {
            self.let_go.recv().expect("somebody lets it go");
            let entry = Entry::new(EntryId::new("1-1"), Message::builder().build(), 3);
            let mut polled = Polled::default();
            polled.entries.push(entry);
            Ok(polled)
        }

        fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
            self.held.lock().unwrap().extend_from_slice(entries);
            Ok(())
        }

        fn dead_letter(&mut self, _: &Entry, _: &Failure) -> Result<(), BusError> {
            Err(gone())
        }
    }

    fn hanging(stop: &Stop) -> (Contact, Sender<()>, Held) {
        let (let_go, held) = (channel(), Held::default());
        let consumer = Hanging { let_go: let_go.1, held: Arc::clone(&held) };
        (Contact::start(Box::new(consumer), stop).unwrap(), let_go.0, held)
    }

    #[test]
    fn a_stop_does_not_wait_for_a_bus_that_hangs() {
        let stop = Stop::new();
        let (mut contact, let_go, held) = hanging(&stop);
        stop.stop();
        let begun = Instant::now();
        let polled = contact.wait(&[], 10, Duration::from_secs(50)).unwrap();
        assert!(polled.entries.is_empty() && begun.elapsed() < Duration::from_secs(5));
        assert!(contact.hold(&[]).is_err() && contact.wait(&[], 10, Duration::ZERO).is_err());
        let_go.send(()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while held.lock().unwrap().is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(*held.lock().unwrap(), [(EntryId::new("1-1"), 2)], "the attempt was not begun");
    }

    #[test]
    fn what_comes_in_time_after_a_stop_is_handed_out() {
        let stop = Stop::new();
        let (mut contact, let_go, held) = hanging(&stop);
        let_go.send(()).unwrap();
        stop.stop();
        assert_eq!(contact.wait(&[], 10, Duration::from_secs(50)).unwrap().entries.len(), 1);
        contact.hold(&[(EntryId::new("1-1"), 2)]).unwrap();
        assert_eq!(held.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_bus_that_panics_does_so_where_it_was_asked() {
        let stop = Stop::new();
        let (mut contact, let_go, _held) = hanging(&stop);
        let_go.send(()).unwrap();
        contact.wait(&[], 10, Duration::ZERO).unwrap();
        drop(let_go);
        let asked = catch_unwind(AssertUnwindSafe(|| contact.wait(&[], 10, Duration::ZERO)));
        assert!(asked.is_err());
        assert!(contact.wait(&[], 10, Duration::ZERO).unwrap_err().is_transient(), "it is gone");
    }
}
