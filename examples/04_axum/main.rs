//! A web service that enrolls learners: it commits to its store, then sends the event, and its answer says what became
//! of both. A bus that does not answer holds up the one request that waits for it, for at most
//! `EVENT_BUS_PRODUCER_TIMEOUT`, and no other: with the feature `tokio` of `openedx-events`, tokio moves the other
//! tasks of that thread to another one meanwhile.
//!
//! `cargo run -p openedx-events-examples --example 04_axum [SETTINGS_FILE]` serves at 127.0.0.1:3000, or where `LISTEN`
//! says, until Ctrl-C. `transcript.txt` has requests and answers. The settings are those of `settings.yml` unless
//! another file is named, with the memory bus; the environment wins, as in
//!
//! ```sh
//! EVENT_BUS_PRODUCER=redis EVENT_BUS_REDIS_CONNECTION_URL=redis://localhost:6379 \
//!     cargo run -p openedx-events-examples --example 04_axum
//! ```

mod service;
mod store;

use std::{env, error::Error, future::Future, io, path::Path, process::ExitCode, sync::Arc, time::Duration};

use openedx_events::event_bus::{self, Settings};
use tokio::net::TcpListener;

const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/04_axum/settings.yml");

// On the multi-threaded runtime, which is the default: a current-thread runtime has no other thread for other tasks.
#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).unwrap_or_else(|| SETTINGS.to_owned());
    let settings = Settings::load(Some(Path::new(&file)))?;
    let bus = event_bus::install(&settings)?;

    let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    let shutdown = shutdown()?;
    println!("listening on http://{}", listener.local_addr()?);
    let app = service::router(Arc::default());
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await?;

    // With `EVENT_BUS_PRODUCER_DELIVERY: background`, events may still be on their way.
    bus.close(Duration::from_secs(5))?;
    Ok(())
}

/// Ends when the service is told to: by Ctrl-C, or by SIGTERM, as containers are.
#[cfg(unix)]
fn shutdown() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}

/// Ends when the service is told to.
#[cfg(not(unix))]
fn shutdown() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
