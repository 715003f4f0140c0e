//! Receivers: functions that run when an event is sent.

mod definition;
mod error;
mod parameter;
mod slice;

pub use definition::{AnyReceiver, ReceiverDefinition, TypedReceiver};
pub use error::ReceiverError;
pub use parameter::{Delivery, data_key};
pub use slice::RECEIVERS;
pub(crate) use slice::receivers_of;

use crate::avro::BoxError;

/// What a receiver returns: `()`, or a `Result<(), E>` where `E` is an error or a text.
#[diagnostic::on_unimplemented(
    message = "a receiver returns `()` or `Result<(), E>`, found `{Self}`\nnote: whoever sends an event learns only whether each receiver succeeded\nhelp: return `Result<(), E>` with an `E` that is an error: `E: Into<Box<dyn Error + Send + Sync>>`",
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

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> ReceiverReturn for Result<(), E> {
    #[inline]
    fn outcome(self) -> Result<(), ReceiverError> {
        self.map_err(ReceiverError::new)
    }
}
