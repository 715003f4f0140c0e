//! The parameter of a batch receiver, and the values that it may return.

use super::{Batch, BatchError};

/// The return types of batch receivers: `()`, and `Result<(), E>` if `E` is `BatchError`, another error or a string.
#[diagnostic::on_unimplemented(
    message = "a batch receiver must return `()` or `Result<(), BatchError>`, found `{Self}`\nnote: a consumer learns only which events of the batch failed\nhelp: return `Result<(), BatchError>`: `?` makes a `BatchError` from any error, and `BatchError::some` names the positions that failed",
    label = "not `()` or `Result<(), BatchError>`"
)]
pub trait BatchReturn {
    /// Returns the outcome of the batch.
    fn batch_outcome(self) -> Result<(), BatchError>;
}

#[diagnostic::do_not_recommend]
impl BatchReturn for () {
    fn batch_outcome(self) -> Result<(), BatchError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BatchError>> BatchReturn for Result<(), E> {
    fn batch_outcome(self) -> Result<(), BatchError> {
        self.map_err(Into::into)
    }
}

/// A batch, if the parameter of type `&P` can take it.
#[diagnostic::on_unimplemented(
    message = "parameter has type `&{P}`, but a batch receiver of this signal gets a `&{Self}`\nnote: a batch has the events of one signal, each with its metadata\nhelp: make it a `&{Self}`",
    label = "expected `&{Self}`"
)]
pub trait BatchFor<P: ?Sized> {
    /// Borrows the batch as the parameter's type.
    fn borrow_as(&self) -> &P;
}

#[diagnostic::do_not_recommend]
impl<E> BatchFor<Self> for Batch<E> {
    fn borrow_as(&self) -> &Self {
        self
    }
}

/// Borrows a batch as the parameter's type.
pub fn batch_of<B: BatchFor<P>, P: ?Sized>(batch: &B) -> &P {
    batch.borrow_as()
}
