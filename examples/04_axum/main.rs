//! A web service that enrolls learners. It commits to its store, then sends the event, and reports both in its answer. If the
//! bus does not answer, only the request that waits for it is delayed, for at most `EVENT_BUS_PRODUCER_TIMEOUT`: with the
//! feature `tokio` of `openedx-events`, tokio moves the other tasks of that thread to another one.
//!
//! `cargo run -p openedx-events-examples --example 04_axum [SETTINGS_FILE]` listens on 127.0.0.1:3000, or on the address in
//! `LISTEN`, until Ctrl-C. `transcript.txt` shows requests and answers. The default settings file is `settings.yml`, which uses
//! the memory bus. Environment variables override it:
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

// Uses the multi-threaded runtime, the default. A current-thread runtime has no other thread for the tasks.
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

    // With `EVENT_BUS_PRODUCER_DELIVERY: background`, events may still be in the queue.
    bus.close(Duration::from_secs(5))?;
    Ok(())
}

/// Completes on Ctrl-C or on SIGTERM, which stops containers.
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

/// Completes on Ctrl-C.
#[cfg(not(unix))]
fn shutdown() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
