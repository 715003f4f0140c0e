//! Checks the calls of a consumer to its bus, with a bus whose answers the tests write.

mod ahead;
mod closing;
mod pause;
mod revoked;
mod runtime;
mod script;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use openedx_events::{Connection, event, prelude::*};

use script::wait;

/// Sent when a parcel is sent.
#[event(type = "com.example.learning.parcel.sent.v1", key = to)]
pub struct ParcelSent {
    /// The test that sent it. Tests share the process, so each looks only at its own parcels.
    pub test: String,
    /// Its number, which is also the id of its entry.
    pub id: String,
    /// The addressee.
    pub to: String,
}

/// Values that receivers recorded. Clones share them.
#[derive(Clone, Debug, Default)]
struct Recorded(Arc<Mutex<Vec<String>>>);

impl Recorded {
    fn push(&self, value: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, value: &str) -> usize {
        self.all().iter().filter(|one| *one == value).count()
    }
}

/// Blocks receivers until it is opened. Clones are the same gate.
#[derive(Clone, Default)]
struct Gate {
    has_arrived: Arc<AtomicBool>,
    is_open: Arc<AtomicBool>,
}

impl Gate {
    fn pass(&self) {
        self.has_arrived.store(true, Ordering::SeqCst);
        wait("the gate opens", || self.is_open.load(Ordering::SeqCst));
    }

    fn wait_for_arrival(&self) {
        wait("a receiver arrives at the gate", || self.has_arrived.load(Ordering::SeqCst));
    }

    fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }
}

/// Connects a receiver of the parcels of a test, by their ids.
fn receive(
    test: &'static str,
    receiver: impl Fn(&str) -> Result<(), ReceiverError> + Send + Sync + 'static,
) -> Connection {
    PARCEL_SENT.connect(move |event, _| if event.test == test { receiver(&event.id) } else { Ok(()) })
}

/// Connects a receiver that records the parcels of a test, and blocks at the gate for the first delivery of parcel 1.
fn receive_at(gate: &Gate, test: &'static str) -> (Recorded, Connection) {
    let (handled, records, gate) = (Recorded::default(), Recorded::default(), gate.clone());
    let returned = handled.clone();
    let connection = receive(test, move |id| {
        records.push(id);
        if id == "1" && records.count("1") == 1 {
            gate.pass();
        }
        handled.push(id);
        Ok(())
    });
    (returned, connection)
}
