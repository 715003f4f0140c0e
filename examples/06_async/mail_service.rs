//! The mail service of the demonstration.

use std::io;

use axum::{Json, Router, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::net::TcpListener;

/// Starts the service on a free port. Returns its URL.
pub(crate) async fn start() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mails", listener.local_addr()?);
    let app = Router::new().route("/mails", post(send));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn send(Json(mail): Json<Value>) -> StatusCode {
    match mail["to"].as_str() {
        Some("nobody@example.com") => StatusCode::UNPROCESSABLE_ENTITY,
        Some("alan@example.com") => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::ACCEPTED,
    }
}
