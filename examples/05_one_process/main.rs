//! One process that serves HTTP and consumes from the event bus, with one shutdown for both.
//!
//! `POST /loans` answers at once. The event goes to the bus, and the consumer in the same process schedules a reminder for it,
//! with retries and dead letters, without making the request wait. `GET /reminders` counts the reminders.
//!
//! `cargo run -p openedx-events-examples --example 05_one_process` listens on 127.0.0.1:3000, or on the address in `LISTEN`, until
//! Ctrl-C or SIGTERM. The settings file is `settings.yml`, which uses the memory bus; environment variables override it, as in
//! `04_axum`.

mod loans;

use std::{env, error::Error, future::Future, io, path::Path, process::ExitCode, time::Duration};

use axum::{Json, Router, http::StatusCode, routing};
use openedx_events::event_bus::{self, ConsumeError, Consumer, Report, Settings, Start, Stop};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, task};

const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/05_one_process/settings.yml");
const TOPIC: &str = "loans";

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
    let settings = Settings::load(Some(Path::new(SETTINGS)))?;
    let bus = event_bus::install(&settings)?;
    let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    let signal = shutdown_signal()?;

    // One `Stop` for both halves: the signal ends them, and so does the end of the consumer.
    let stop = Stop::new();
    let (consumer, consumer_ended) = consume(&settings, &stop);
    println!("listening on http://{}", listener.local_addr()?);
    let app = Router::new().route("/loans", routing::post(lend)).route("/reminders", routing::get(reminders));
    let both = async move {
        tokio::select! {
            () = signal => (),
            _ = consumer_ended => (),
        }
        stop.stop();
    };
    axum::serve(listener, app).with_graceful_shutdown(both).await?;

    // Requests are answered. Now the consumer finishes its message, and the events in the queue are delivered.
    let report = consumer.await??;
    bus.close(Duration::from_secs(5))?;
    println!("{report}");
    Ok(())
}

type Consuming = task::JoinHandle<Result<Report, ConsumeError>>;

/// Consumes on a thread of its own, until `stop` is used. Returns its outcome, and a channel that closes when it ends.
fn consume(settings: &Settings, stop: &Stop) -> (Consuming, oneshot::Receiver<()>) {
    let consumer = Consumer::new(settings)
        .topic(TOPIC)
        .group("reminders")
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

async fn lend(Json(copy_id): Json<i64>) -> (StatusCode, Json<Value>) {
    let delivered = loans::lend(copy_id);
    (StatusCode::CREATED, Json(json!({"delivered": delivered})))
}

async fn reminders() -> Json<Value> {
    Json(json!({"reminders": loans::count_reminders()}))
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
