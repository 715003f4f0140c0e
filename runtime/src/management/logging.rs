//! The logs of the commands.

use std::{
    env,
    io::{self, IsTerminal},
};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Logs to standard error from now on, unless the process has a subscriber.
pub(super) fn install() {
    let asked = env::var("RUST_LOG").ok().map(|text| text.parse::<Targets>());
    let targets = match &asked {
        Some(Ok(targets)) => targets.clone(),
        _ => Targets::new().with_default(LevelFilter::INFO),
    };
    // Colour codes are noise in a file. An empty `NO_COLOR` means nothing.
    let has_colours =
        io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(has_colours);
    let installed = tracing_subscriber::registry().with(lines).with(targets).try_init().is_ok();
    if installed && let Some(Err(error)) = asked {
        tracing::warn!("ignoring `RUST_LOG`: {error}");
    }
}
