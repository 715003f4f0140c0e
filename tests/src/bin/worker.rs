//! The command line of a parcel service. The event and the environment say how its receivers behave.

use std::{env, fs::OpenOptions, io::Write, process::ExitCode, thread, time::Duration};

use openedx_events::{ReceiverError, management, prelude::*};

/// A parcel.
#[payload]
pub struct ParcelData {
    /// The number of the parcel.
    pub number: i64,
    /// The behaviour of the receiver: see `deliver`.
    pub task: String,
    /// The recipient.
    #[payload(pii)]
    pub recipient: String,
    /// Neighbours who may accept it.
    pub neighbours: Vec<NeighbourData>,
}

/// A neighbour. All fields are personal data.
#[payload(pii)]
pub struct NeighbourData {
    /// The name on the door.
    pub name: String,
}

/// Sent when a parcel is sent.
#[event(type = "com.example.post.parcel.sent.v1", key = parcel.number)]
pub struct ParcelSent {
    /// The parcel.
    pub parcel: ParcelData,
}

/// Sent when a parcel has arrived.
#[event(type = "com.example.post.parcel.arrived.v1")]
pub struct ParcelArrived {
    /// The parcel.
    pub parcel: ParcelData,
}

/// Sent when a parcel is weighed. This program has no receiver for it.
#[event(type = "com.example.post.parcel.weighed.v1")]
pub struct ParcelWeighed {
    /// The parcel.
    pub parcel: ParcelData,
}

/// Sent when the counter closes.
#[event(type = "com.example.post.counter.closed.v1", local_only = "only relevant in this process")]
pub struct CounterClosed {
    /// The last parcel.
    pub parcel: ParcelData,
}

#[receiver(PARCEL_SENT)]
fn deliver(parcel: &ParcelData) -> Result<(), ReceiverError> {
    note("begin", parcel);
    let (task, millis) = parcel.task.split_once(' ').unwrap_or((&parcel.task, "0"));
    match task {
        "slow" => thread::sleep(Duration::from_millis(millis.parse().map_err(ReceiverError::permanent)?)),
        "hang" => loop {
            thread::park();
        },
        "abort" => std::process::abort(),
        "fail" => return Err(ReceiverError::new("there is no such street")),
        "refuse" => return Err(ReceiverError::permanent("it is too heavy")),
        "fragile" if env::var_os("WORKER_IS_BROKEN").is_some() => {
            return Err(ReceiverError::new("the van does not start"));
        }
        "fragile" => {
            PARCEL_ARRIVED.send_event(ParcelArrived { parcel: parcel.clone() });
        }
        _ => {}
    }
    note("end", parcel);
    Ok(())
}

#[receiver(PARCEL_SENT, order = 1, name = "parcels.count")]
fn count(parcel: &ParcelData) {
    note("count", parcel);
}

/// Appends a line to the file that `WORKER_LOG` names.
fn note(what: &str, parcel: &ParcelData) {
    let file = env::var_os("WORKER_LOG").map(|path| OpenOptions::new().create(true).append(true).open(path));
    if let Some(Ok(mut file)) = file {
        let line = format!("{what} {}\n", parcel.number);
        file.write_all(line.as_bytes()).expect("the log is writable");
    }
}

fn main() -> ExitCode {
    management::run()
}
