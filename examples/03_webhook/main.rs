//! A worker that posts chosen events of the event bus to a URL as `CloudEvents` 1.0, so that services built on webhooks, such
//! as Zapier or n8n, can react to events of Open edX.
//!
//! `cargo run -p openedx-events-examples --example 03_webhook` demonstrates it on the memory bus with an endpoint that fails at
//! first. With arguments, it is the worker, with all commands of `openedx_events::management`:
//!
//! ```sh
//! export EVENT_BUS_CONSUMER=redis EVENT_BUS_REDIS_CONNECTION_URL=redis://localhost:6379
//! export WEBHOOK_URL=https://hooks.example.com/open-edx
//! export WEBHOOK_EVENTS='org.openedx.learning.course.enrollment.created.v1'
//! export WEBHOOK_PERSONAL_DATA="$WEBHOOK_EVENTS" # it contains names and addresses of learners
//! cargo run -p openedx-events-examples --example 03_webhook -- consume-events -t learning-enrollments -g webhook
//! ```
//!
//! An event becomes a dead letter of the group if the endpoint refuses it (4xx), or if all attempts
//! (`EVENT_BUS_CONSUMER_MAX_ATTEMPTS`) end with 5xx or no answer. `… dlq list -t learning-enrollments -g webhook` lists them,
//! and `dlq replay` posts them again.

mod demonstration;
mod endpoint;
mod webhook;

use std::{env, process::ExitCode};

use openedx_events::management;
use webhook::Webhook;

fn main() -> ExitCode {
    if env::args().len() == 1 {
        return demonstration::main();
    }
    let connected =
        Webhook::from_env().and_then(|webhook| webhook.connect().map_err(|error| error.to_string()));
    match connected {
        Ok(_connections) => management::run(),
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!(
                "help: set WEBHOOK_URL to the URL to post to, and WEBHOOK_EVENTS to event types separated by spaces"
            );
            ExitCode::from(2)
        }
    }
}
