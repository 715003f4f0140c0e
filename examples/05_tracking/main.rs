//! A worker that forwards tracking events to a collector, such as a data warehouse, many in one HTTP request.
//!
//! `cargo run -p openedx-events-examples --example 05_tracking` demonstrates it on the memory bus with a collector that is away at
//! first. With arguments, it is the worker, with all commands of `openedx_events::management`:
//!
//! ```sh
//! export EVENT_BUS_CONSUMER=redis EVENT_BUS_REDIS_CONNECTION_URL=redis://localhost:6379
//! export COLLECTOR_URL=https://collector.example.com/tracking
//! cargo run -p openedx-events-examples --example 05_tracking -- consume-events -t analytics -g tracking
//! ```
//!
//! While the collector is away, the worker pauses and counts no attempt. If the collector refuses a request, the worker sends its
//! events in smaller requests, until those to blame are alone. Only they become dead letters.

mod collector;
mod demonstration;
mod forwarder;

use std::{env, process::ExitCode};

use forwarder::{FORWARDER, Forwarder};
use openedx_events::management;

fn main() -> ExitCode {
    if env::args().len() == 1 {
        return demonstration::main();
    }
    let url = env::var("COLLECTOR_URL").map_err(|_| "COLLECTOR_URL is not set".to_owned());
    match url.and_then(|url| Forwarder::new(&url)) {
        Ok(forwarder) => {
            FORWARDER.get_or_init(|| forwarder);
            management::run()
        }
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!("help: set COLLECTOR_URL to the URL to post to");
            ExitCode::from(2)
        }
    }
}
