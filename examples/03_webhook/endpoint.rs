//! An external service that receives webhooks and sometimes fails.

use std::{
    collections::VecDeque,
    future, io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    routing::post,
};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

/// An HTTP server on a free port, which stops when it is dropped.
pub(crate) struct Endpoint {
    address: SocketAddr,
    state: Shared,
    _runtime: Runtime,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Exchange>>);

#[derive(Default)]
struct Exchange {
    answers: VecDeque<Option<u16>>,
    requests: Vec<Request>,
}

/// A posted request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) content_type: String,
    pub(crate) body: Value,
    /// The status of the answer; `None` if there was none.
    pub(crate) answer: Option<u16>,
}

impl Endpoint {
    /// Starts a server that gives these answers in order and then always 204. `None` means that it never answers.
    pub(crate) fn start(answers: &[Option<u16>]) -> io::Result<Self> {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        let state = Shared::default();
        state.exchange().answers.extend(answers);
        let app = Router::new().route("/hook", post(answer)).with_state(state.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, state, _runtime: runtime })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Returns all requests in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.exchange().requests.clone()
    }
}

impl Shared {
    fn exchange(&self) -> MutexGuard<'_, Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(state): State<Shared>, headers: HeaderMap, body: String) -> StatusCode {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = {
        let mut exchange = state.exchange();
        let answer = exchange.answers.pop_front().unwrap_or(Some(204));
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        exchange.requests.push(Request { content_type: content_type.to_owned(), body, answer });
        answer
    };
    match answer.map(StatusCode::from_u16) {
        Some(Ok(status)) => status,
        Some(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        None => future::pending().await,
    }
}
