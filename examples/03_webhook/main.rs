//! A worker that posts chosen events of the event bus to a URL, as `CloudEvents` 1.0: what others build on webhooks, such
//! as Zapier or n8n, hears of what happens in Open edX.
//!
//! `cargo run -p openedx-events-examples --example 03_webhook` tries it out, on the memory bus and with an endpoint that
//! fails at first. With arguments it is the worker, with all commands of `openedx_events::management`:
//!
//! ```sh
//! export EVENT_BUS_CONSUMER=redis EVENT_BUS_REDIS_CONNECTION_URL=redis://localhost:6379
//! export WEBHOOK_URL=https://hooks.example.com/open-edx
//! export WEBHOOK_EVENTS='org.openedx.learning.course.enrollment.created.v1'
//! export WEBHOOK_PERSONAL_DATA="$WEBHOOK_EVENTS" # it has names and addresses of learners
//! cargo run -p openedx-events-examples --example 03_webhook -- consume-events -t learning-enrollments -g webhook
//! ```
//!
//! What the endpoint refuses (4xx), and what it fails at five times (5xx, no answer; `EVENT_BUS_CONSUMER_MAX_ATTEMPTS`),
//! goes to the dead letters of the group. `… dlq list -t learning-enrollments -g webhook` shows them, and `dlq replay`
//! posts them again.

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
    match Webhook::from_env() {
        Ok(webhook) => {
            let _connection = webhook.connect();
            management::run()
        }
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!(
                "help: WEBHOOK_URL says where events are posted, WEBHOOK_EVENTS which types, separated by spaces"
            );
            ExitCode::from(2)
        }
    }
}
