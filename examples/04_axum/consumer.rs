//! The consumer of the service.

use openedx_events::event_bus::{ConsumeError, Consumer, Report, Settings, Start, Stop};
use tokio::{
    sync::oneshot,
    task::{self, JoinHandle},
};

type Consuming = JoinHandle<Result<Report, ConsumeError>>;

/// Consumes until `stop` is used. Returns its outcome, and a channel that closes when it ends.
///
/// A consumer blocks its thread, so it runs on one of tokio's threads for blocking work. Its async receivers run on the runtime of
/// the service.
pub(crate) fn start(settings: &Settings, stop: &Stop) -> (Consuming, oneshot::Receiver<()>) {
    let consumer = Consumer::new(settings)
        .topic("learning-enrollments")
        .group("welcome")
        .start(Start::Backlog)
        // This process consumes what it produces. This cannot loop, because the receiver sends nothing.
        .allow_loop(true);
    let (ends, ended) = oneshot::channel();
    let stop = stop.clone();
    let consuming = task::spawn_blocking(move || {
        let outcome = consumer.run(&stop);
        drop(ends);
        outcome
    });
    (consuming, ended)
}
