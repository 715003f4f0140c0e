//! A collector of tracking events, which can go away and come back.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::runtime::Runtime;

/// An HTTP server on a free port, which is away until it is started. It stops when it is dropped.
pub(crate) struct Collector {
    address: SocketAddr,
    requests: Requests,
    runtime: Option<Runtime>,
}

/// The requests so far: the names of the events in each, and the answer.
#[derive(Clone, Default)]
struct Requests(Arc<Mutex<Vec<Request>>>);

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) names: Vec<String>,
    pub(crate) answer: StatusCode,
}

impl Collector {
    /// Chooses the port of a collector that is away.
    pub(crate) fn new() -> io::Result<Self> {
        // Nobody listens on the port once the listener is dropped.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        Ok(Self { address, requests: Requests::default(), runtime: None })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/tracking", self.address)
    }

    /// Answers requests from now on.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind(self.address))?;
        let app = Router::new().route("/tracking", post(collect)).with_state(self.requests.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        self.runtime = Some(runtime);
        Ok(())
    }

    /// Returns the requests so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().clone()
    }
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Vec<Request>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses a request with an unwanted event, like a collector that checks events against its own schema.
async fn collect(State(requests): State<Requests>, body: String) -> StatusCode {
    let name = |line: &str| {
        let event: Value = serde_json::from_str(line).ok()?;
        Some(event["name"].as_str()?.to_owned())
    };
    let names: Option<Vec<String>> = body.lines().map(name).collect();
    let names = names.unwrap_or_default();
    let is_wrong = names.is_empty() || names.iter().any(|name| name == "edx.unknown");
    let answer = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::NO_CONTENT };
    requests.lock().push(Request { names, answer });
    answer
}
