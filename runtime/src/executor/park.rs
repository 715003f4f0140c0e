//! The loop that polls one future, and sleeps until it is woken.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use super::{NotDriven, clock::RunningClock};

/// How often the time of a future is checked.
const TICK: Duration = Duration::from_millis(50);

/// Wakes a thread.
struct Unpark {
    thread: Thread,
    /// A future may park the thread as well, and take our wake-up for its own.
    is_woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_woken.swap(true, Ordering::AcqRel) {
            self.thread.unpark();
        }
    }
}

/// Polls `future` on this thread until it ends, or for `timeout`.
pub(super) fn park<F: Future>(
    mut future: Pin<&mut F>,
    timeout: Option<Duration>,
) -> Result<F::Output, NotDriven> {
    let mut limit = timeout.and_then(|timeout| {
        let mut clock = RunningClock::new(timeout);
        // A clock cannot count to a later end, and nobody waits for it.
        let end = clock.now().checked_add(timeout)?;
        Some((clock, end))
    });
    let unpark = Arc::new(Unpark { thread: thread::current(), is_woken: AtomicBool::new(true) });
    let waker = Waker::from(Arc::clone(&unpark));
    let mut context = Context::from_waker(&waker);
    loop {
        if unpark.is_woken.swap(false, Ordering::AcqRel)
            && let Poll::Ready(output) = future.as_mut().poll(&mut context)
        {
            return Ok(output);
        }
        if let Some((clock, end)) = &mut limit
            && clock.now() >= *end
        {
            return Err(NotDriven::TimedOut);
        }
        if unpark.is_woken.load(Ordering::Acquire) {
            continue;
        }
        if limit.is_some() {
            thread::park_timeout(TICK);
        } else {
            thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn, ready},
        pin::pin,
        sync::mpsc::channel,
        task::Poll,
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn a_future_that_is_ready_ends_at_once() {
        assert_eq!(park(pin!(ready(7)), None), Ok(7));
    }

    #[test]
    fn another_thread_wakes_the_future() {
        let (tell, told) = channel::<Waker>();
        let waking = thread::spawn(move || {
            for waker in told {
                thread::sleep(Duration::from_millis(2));
                waker.wake();
            }
        });
        let mut polls = 0;
        let future = poll_fn(|context| {
            polls += 1;
            if polls == 5 {
                return Poll::Ready(polls);
            }
            tell.send(context.waker().clone()).unwrap();
            Poll::Pending
        });
        assert_eq!(park(pin!(future), None), Ok(5));
        drop(tell);
        waking.join().unwrap();
    }

    /// The future takes the thread's token, as a channel does.
    #[test]
    fn a_wake_up_is_not_lost_if_the_future_parks() {
        let mut is_first = true;
        let future = poll_fn(|context| {
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            thread::park();
            Poll::Pending
        });
        assert_eq!(park(pin!(future), None), Ok(()));
    }

    #[test]
    fn a_future_that_is_always_woken_is_still_limited() {
        let timeout = Some(Duration::from_millis(20));
        let busy = poll_fn(|context| {
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert_eq!(park(pin!(busy), timeout), Err(NotDriven::TimedOut));
        assert_eq!(park(pin!(pending::<()>()), timeout), Err(NotDriven::TimedOut));
    }
}
