//! The data of a local-only event needs neither an Avro form nor `Clone`, `PartialEq` or `Debug`. It only needs
//! `Send` and `Sync`, because any thread can send events.

use std::{
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Instant,
};

use openedx_events::prelude::*;

pub struct Connection(AtomicU64);

/// Sent when a connection was opened.
#[event(
    type = "com.example.learning.connection.opened.v1",
    local_only = "a connection belongs to its process"
)]
pub struct ConnectionOpened {
    /// The connection.
    pub connection: Arc<Mutex<Connection>>,
    /// When it was opened.
    pub opened: Instant,
    /// What to call when it closes.
    pub on_close: Box<dyn Fn() + Send + Sync>,
    /// Its name.
    #[event(default)]
    pub name: &'static str,
}

#[receiver(CONNECTION_OPENED)]
fn count(connection: &Arc<Mutex<Connection>>, event: &ConnectionOpened) {
    connection
        .lock()
        .unwrap()
        .0
        .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    (event.on_close)();
}

#[receiver(CONNECTION_OPENED)]
fn whole(connection: &Arc<Mutex<Connection>>) {
    assert_eq!(Arc::strong_count(connection), 2);
}

fn main() {
    let connection = Arc::new(Mutex::new(Connection(AtomicU64::new(0))));
    let event = ConnectionOpened::builder()
        .connection(Arc::clone(&connection))
        .opened(Instant::now())
        .on_close(Box::new(|| {}))
        .build();
    println!("{event:?}");
    assert!(CONNECTION_OPENED.send_event(event).all_ok());
    assert!(CONNECTION_OPENED.definition().schema_string().is_none());
}
