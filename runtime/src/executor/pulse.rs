//! Checks whether a runtime still runs tasks.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    time::Duration,
};

use tokio::runtime::Handle;

use super::NotDriven;

/// A task that shows whether a runtime works. A runtime that nobody drives does not run it, and one that has ended drops it.
///
/// Only this tells whether a future can rely on its runtime: a current-thread runtime may be driven by another thread, all workers
/// of a multi-threaded one may be blocked, and a handle does not say whether its runtime has ended.
pub(super) struct Pulse(Receiver<()>);

impl Pulse {
    pub(super) fn of(handle: &Handle) -> Self {
        let (beat, pulse) = sync_channel(1);
        handle.spawn(async move {
            // Fails if nobody waits for it any more.
            let _ = beat.send(());
        });
        Self(pulse)
    }

    /// Waits until the runtime has run the task, or for `limit`.
    pub(super) fn wait(&self, limit: Duration) -> Result<(), NotDriven> {
        self.0.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => NotDriven::Stalled,
            RecvTimeoutError::Disconnected => NotDriven::Ended,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use tokio::runtime::Builder;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn a_runtime_that_is_driven_beats() {
        let multi = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        assert_eq!(Pulse::of(multi.handle()).wait(LONG), Ok(()));
        let single = Builder::new_current_thread().build().unwrap();
        let pulse = Pulse::of(single.handle());
        let waiting = thread::spawn(move || pulse.wait(LONG));
        single.block_on(async {
            while !waiting.is_finished() {
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(waiting.join().unwrap(), Ok(()));
    }

    #[test]
    fn a_runtime_that_nobody_drives_does_not() {
        let single = Builder::new_current_thread().build().unwrap();
        assert_eq!(Pulse::of(single.handle()).wait(SHORT), Err(NotDriven::Stalled));
        assert_eq!(
            single.block_on(async { Pulse::of(single.handle()).wait(SHORT) }),
            Err(NotDriven::Stalled)
        );
    }

    #[test]
    fn a_runtime_that_has_ended_says_so_at_once() {
        for runtime in [Builder::new_current_thread().build(), Builder::new_multi_thread().build()] {
            let runtime = runtime.unwrap();
            let (handle, before) = (runtime.handle().clone(), Pulse::of(runtime.handle()));
            drop(runtime);
            assert_eq!(Pulse::of(&handle).wait(Duration::ZERO), Err(NotDriven::Ended));
            assert_ne!(before.wait(Duration::ZERO), Err(NotDriven::Stalled));
        }
    }
}
