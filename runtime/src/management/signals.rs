//! The signals that stop a consumer.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::result::CommandError;
use crate::event_bus::Stop;

/// The exit code after a second signal.
const SECOND_SIGNAL: i32 = 130;

/// Stops the consumers at the first signal, after their current messages. Ends the process at the second. Signals that the
/// process inherited as ignored stay ignored, as under `nohup`.
pub(super) fn stop_on_signals(stop: &Stop) -> Result<(), CommandError> {
    let (theirs, told) = (stop.clone(), Arc::new(AtomicBool::new(false)));
    let ignored = inherited::ignored();
    ctrlc::set_handler(move || {
        if told.swap(true, Ordering::AcqRel) {
            process::exit(SECOND_SIGNAL);
        }
        tracing::info!("stopping after the current message");
        theirs.stop();
    })
    .map_err(|error| CommandError::new(format!("cannot handle signals: {error}")))?;
    inherited::ignore_again(&ignored);
    Ok(())
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library has no calls for the handling of signals")]
mod inherited {
    use std::{mem::MaybeUninit, ptr};

    use libc::{SIG_IGN, SIGHUP, SIGINT, SIGTERM, c_int};

    /// Returns the signals that stop a consumer and that this process ignores.
    pub(super) fn ignored() -> Vec<c_int> {
        let is_ignored = |signal: &c_int| {
            let mut action = MaybeUninit::<libc::sigaction>::zeroed();
            // SAFETY: a null pointer as the new action only asks for the current one, which the call writes if it succeeds.
            unsafe {
                libc::sigaction(*signal, ptr::null(), action.as_mut_ptr()) == 0
                    && action.assume_init().sa_sigaction == SIG_IGN
            }
        };
        [SIGHUP, SIGINT, SIGTERM].into_iter().filter(is_ignored).collect()
    }

    pub(super) fn ignore_again(signals: &[c_int]) {
        for signal in signals {
            // SAFETY: ignoring a signal runs no code of this process.
            unsafe { libc::signal(*signal, SIG_IGN) };
        }
    }
}

#[cfg(not(unix))]
mod inherited {
    pub(super) fn ignored() {}

    pub(super) fn ignore_again((): &()) {}
}
