//! A web service that enrolls learners and welcomes them, in one process with one shutdown.
//!
//! A request commits to the store, sends the event with `send_event_async`, and reports both in its answer. If the bus does not answer,
//! only the request that waits for it is delayed, for at most `EVENT_BUS_PRODUCER_TIMEOUT`. The consumer in the same process gets the
//! event from the bus and runs an async receiver, with retries and dead letters, without making the request wait.
//!
//! `cargo run -p openedx-events-examples --example 04_axum [SETTINGS_FILE]` listens on 127.0.0.1:3000, or on the address in
//! `LISTEN`, until Ctrl-C or SIGTERM. `transcript.txt` shows requests and answers. The default settings file is `settings.yml`, which
//! uses the memory bus. Environment variables override it:
//!
//! ```sh
//! EVENT_BUS_PRODUCER=redis EVENT_BUS_CONSUMER=redis EVENT_BUS_REDIS_CONNECTION_URL=redis://localhost:6379 \
//!     cargo run -p openedx-events-examples --example 04_axum
//! ```

mod consumer;
mod mail;
mod service;
mod store;

use std::{env, error::Error, future::Future, io, path::Path, process::ExitCode, sync::Arc, time::Duration};

use openedx_events::event_bus::{self, Settings, Stop};
use tokio::net::TcpListener;

const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/04_axum/settings.yml");

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
    let signal = shutdown_signal()?;

    // One `Stop` for the server and the consumer: the signal triggers it, and so does the end of the consumer.
    let stop = Stop::new();
    let (consumer, consumer_ended) = consumer::start(&settings, &stop);
    println!("listening on http://{}", listener.local_addr()?);
    let both = async move {
        tokio::select! {
            () = signal => (),
            _ = consumer_ended => (),
        }
        stop.stop();
    };
    axum::serve(listener, service::router(Arc::default())).with_graceful_shutdown(both).await?;

    // Requests are answered, and the consumer finishes its message. Events whose clients have disconnected may still wait for the bus.
    let report = consumer.await??;
    bus.close(Duration::from_secs(5))?;
    println!("{report}");
    Ok(())
}

/// Completes on Ctrl-C or on SIGTERM, which stops containers.
#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
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
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
