//! Receivers: functions that run when an event is sent. Their definitions, parameters, results and runs.
//!
//! This folder uses events, metadata, scopes and the executor. It knows nothing of signals, of the registry or of an event bus.

mod any_receiver;
mod batch;
mod call;
mod definition;
mod error;
mod panic_help;
mod parameter;
mod returned;
mod run;

pub(crate) use any_receiver::AnyReceiver;
pub(crate) use any_receiver::receivers_of;
pub use any_receiver::{RECEIVERS, ReceiverElement, TypedReceiver};
pub use batch::{
    AnyBatchReceiver, Batch, BatchError, BatchEvent, BatchFor, BatchFuture, BatchIter, BatchReceivers,
    BatchReturn, CalledBatch, TypedBatchReceiver, batch_of, in_batch_future,
};
pub(crate) use batch::{BatchOutcome, BatchReceiver};
pub(crate) use call::Call;
pub use call::{Called, ReceiverFuture, in_future};
pub use definition::{BatchLimits, EventOrigin, ReceiverDefinition, batch_limits, function_id};
pub(crate) use definition::{FullName, Traits};
pub use error::ReceiverError;
pub use parameter::{Delivery, data_key, from_event_bus, metadata, shared_data_key};
pub use returned::ReceiverReturn;
pub(crate) use run::{Attempt, Outcome, blame_runtime, drop_guarded, log_failure, run, run_async};
