//! The tokio runtime of commands that run receivers.

use super::result::CommandError;

#[cfg(feature = "tokio")]
use std::{mem, time::Duration};

#[cfg(feature = "tokio")]
use crate::executor::Runtime;

/// How long work that a receiver has left to tokio's threads for blocking calls may take when the command ends.
#[cfg(feature = "tokio")]
const SHUTDOWN: Duration = Duration::from_secs(2);

/// Runs a command in a tokio runtime, which receivers find on all threads. The program may have set up one; otherwise it is started
/// here, and ends with the command.
///
/// It does not depend on the receivers: connected closures and calls of [`block_on`](crate::block_on) need a runtime too, and nothing
/// tells of them before they run.
#[cfg(feature = "tokio")]
pub(super) fn in_runtime<T>(command: impl FnOnce() -> Result<T, CommandError>) -> Result<T, CommandError> {
    if Runtime::current().exists() {
        return command();
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("events-runtime").build();
    let mut runtime = Started(Some(
        runtime.map_err(|error| CommandError::new(format!("cannot start a tokio runtime: {error}")))?,
    ));
    let result = {
        let _entered = runtime.0.as_ref().map(|runtime| runtime.enter());
        command()
    };
    if result.as_ref().is_err_and(CommandError::leaves_a_receiver) {
        // Without its runtime, the receiver would fail, and log an error that is not its own. The runtime ends with the process.
        mem::forget(runtime.0.take());
    }
    result
}

/// Without the feature `tokio`, receivers find no runtime.
#[cfg(not(feature = "tokio"))]
pub(super) fn in_runtime<T>(command: impl FnOnce() -> Result<T, CommandError>) -> Result<T, CommandError> {
    command()
}

/// A runtime of this command. It is `None` only while this is dropped.
#[cfg(feature = "tokio")]
struct Started(Option<tokio::runtime::Runtime>);

#[cfg(feature = "tokio")]
impl Drop for Started {
    fn drop(&mut self) {
        // Dropping the runtime itself would wait for a hung call forever.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(SHUTDOWN);
        }
    }
}
