//! Receivers: functions that run when an event is sent.

mod definition;
mod error;
mod parameter;
mod run;
mod slice;

pub(crate) use definition::FullName;
pub use definition::{AnyReceiver, ReceiverDefinition, TypedReceiver, function_id};
pub use error::ReceiverError;
pub use parameter::{Delivery, data_key, from_event_bus};
pub(crate) use run::{Attempt, Run, log_failure, run};
pub use slice::RECEIVERS;
pub(crate) use slice::receivers_of;

use crate::avro::BoxError;

/// What a receiver returns: `()`, or a `Result<(), E>` where `E` is an error or a text.
#[diagnostic::on_unimplemented(
    message = "a receiver returns `()` or `Result<(), E>`, found `{Self}`\nnote: the sender learns only whether each receiver succeeded\nhelp: return `Result<(), E>`, where `E` is `ReceiverError`, `String`, `Box<dyn Error + Send + Sync>` or an error of your own",
    label = "not `()` or `Result<(), E>`"
)]
pub trait ReceiverReturn {
    #[doc(hidden)]
    fn outcome(self) -> Result<(), ReceiverError>;
}

#[diagnostic::do_not_recommend]
impl ReceiverReturn for () {
    #[inline]
    fn outcome(self) -> Result<(), ReceiverError> {
        Ok(())
    }
}

impl<E: ReturnedError> ReceiverReturn for Result<(), E> {
    #[inline]
    fn outcome(self) -> Result<(), ReceiverError> {
        self.map_err(E::into_receiver_error)
    }
}

/// The `E` of a receiver's `Result<(), E>`.
#[diagnostic::on_unimplemented(
    message = "a receiver cannot return an error of type `{Self}`\nnote: whoever sends the event gets it with the outcomes, and may take it to another thread\nhelp: implement `std::error::Error`, `Send` and `Sync` for it; a `Box<dyn Error>` is written `Box<dyn Error + Send + Sync>`",
    label = "the error in here is none that a receiver can return"
)]
pub trait ReturnedError {
    #[doc(hidden)]
    fn into_receiver_error(self) -> ReceiverError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> ReturnedError for E {
    #[inline]
    fn into_receiver_error(self) -> ReceiverError {
        ReceiverError::new(self)
    }
}
