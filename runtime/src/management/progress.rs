//! How far long work has come, for somebody who watches.

use indicatif::{ProgressBar, ProgressStyle};

/// A count on the terminal's standard error; nothing where that is no terminal.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Counts things that are `done`, as in "produced".
    pub(super) fn new(done: &'static str) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} {msg} in {elapsed}, {per_sec}") {
            bar.set_style(style);
        }
        bar.set_message(done);
        Self(bar)
    }

    /// One more.
    pub(super) fn step(&mut self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
