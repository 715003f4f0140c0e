//! The values that a receiver may return.

use super::error::ReceiverError;
use crate::avro::BoxError;

/// The return types of receivers: `()`, and `Result<(), E>` if `E` is an error or a string.
#[diagnostic::on_unimplemented(
    message = "a receiver must return `()` or `Result<(), E>`, found `{Self}`\nnote: the sender learns only whether each receiver succeeded\nhelp: return `Result<(), E>`, where `E` is `ReceiverError`, `String`, `Box<dyn Error + Send + Sync>` or an error of your own",
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
    message = "a receiver cannot return an error of type `{Self}`\nnote: the sender gets the error with the responses, and may move it to another thread\nhelp: return `Result<(), String>` or `Result<(), ReceiverError>`, or write `Box<dyn Error + Send + Sync>` instead of `Box<dyn Error>`; an error type of your own needs `std::error::Error`, `Send` and `Sync`",
    label = "unsupported error type"
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
