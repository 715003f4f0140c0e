//! Batch receivers as `#[receiver(…, batch(…))]` registers them.

use std::{any::Any, pin::Pin, sync::Arc};

use super::{Batch, BatchError};
use crate::{
    event::{Event, SharedEvent, WireEvent},
    metadata::EventsMetadata,
    receiver::{
        any_receiver::AnyReceiver,
        call::Called,
        definition::{BatchLimits, EventOrigin, ReceiverDefinition, Traits},
        error::ReceiverError,
        parameter::Delivery,
    },
    schema::Location,
};

/// An event that can come in batches.
#[diagnostic::on_unimplemented(
    message = "a receiver of `{Self}` cannot have `batch`\nnote: a consumer of an event bus collects batches, and a `local_only` event never goes to an event bus\nhelp: remove `batch(…)`, and take the data keys as parameters",
    label = "never comes from an event bus"
)]
pub trait BatchEvent: WireEvent + Clone + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<E: WireEvent + Clone + Send + Sync> BatchEvent for E {}

/// The run of an `async` batch receiver.
pub type BatchFuture<'a> = Pin<Box<dyn Future<Output = Result<(), BatchError>> + Send + 'a>>;

type SyncFunction<E> = fn(&Batch<E>) -> Result<(), BatchError>;
type AsyncFunction<E> = for<'a> fn(&'a Batch<E>) -> BatchFuture<'a>;

/// The function of a batch receiver.
enum BatchCall<E> {
    /// Runs to its end on the thread that calls it.
    Sync(SyncFunction<E>),
    /// Returns a future.
    Async(AsyncFunction<E>),
}

/// A batch receiver that was called.
pub enum CalledBatch {
    /// It has ended.
    Done(Result<(), BatchError>),
    /// It runs while this is polled. The future owns the batch.
    Future(BatchFuture<'static>),
}

/// A batch receiver of events of any type.
pub trait AnyBatchReceiver: AnyReceiver {
    /// Calls it with events of the type that it receives.
    fn call_batch(&self, events: Vec<(SharedEvent, EventsMetadata)>) -> CalledBatch;
}

/// Makes the batch receivers of an event. It keeps the functions that need a [`BatchEvent`], so that the compiler refuses another
/// event only once.
pub struct BatchReceivers<E> {
    clone: fn(&E) -> E,
    /// Calls an async function, whose future then owns the batch.
    begin: fn(AsyncFunction<E>, Batch<E>) -> BatchFuture<'static>,
}

impl<E: BatchEvent> BatchReceivers<E> {
    pub(crate) const fn new() -> Self {
        let begin = |call: AsyncFunction<E>, batch| -> BatchFuture<'static> {
            Box::pin(async move { call(&batch).await })
        };
        Self { clone: E::clone, begin }
    }
}

impl<E: Event> BatchReceivers<E> {
    /// Makes a batch receiver.
    pub const fn receiver<F: 'static>(
        self,
        name: &'static str,
        location: Location,
        limits: BatchLimits,
        _: &F,
        call: SyncFunction<E>,
    ) -> TypedBatchReceiver<E> {
        let traits = Traits { is_async: false, takes_metadata: true, batch: Some(limits) };
        let definition = ReceiverDefinition::registered::<F>(E::DEFINITION, name, location, 0, traits);
        TypedBatchReceiver { definition, functions: self, call: BatchCall::Sync(call) }
    }

    /// Makes an async batch receiver.
    pub const fn async_receiver<F: 'static>(
        self,
        name: &'static str,
        location: Location,
        limits: BatchLimits,
        _: &F,
        call: AsyncFunction<E>,
    ) -> TypedBatchReceiver<E> {
        let traits = Traits { is_async: true, takes_metadata: true, batch: Some(limits) };
        let definition = ReceiverDefinition::registered::<F>(E::DEFINITION, name, location, 0, traits);
        TypedBatchReceiver { definition, functions: self, call: BatchCall::Async(call) }
    }
}

/// A batch receiver of events of type `E`.
pub struct TypedBatchReceiver<E> {
    definition: ReceiverDefinition,
    functions: BatchReceivers<E>,
    call: BatchCall<E>,
}

impl<E> TypedBatchReceiver<E> {
    /// Sets the stable name.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.definition.stable_name = Some(name);
        self
    }

    /// Receives events of this origin only.
    #[must_use]
    pub const fn only(mut self, origin: EventOrigin) -> Self {
        self.definition.only = Some(origin);
        self
    }

    fn call_typed(&self, batch: Batch<E>) -> CalledBatch {
        match self.call {
            BatchCall::Sync(call) => CalledBatch::Done(call(&batch)),
            BatchCall::Async(call) => CalledBatch::Future((self.functions.begin)(call, batch)),
        }
    }
}

impl<E: Event> AnyReceiver for TypedBatchReceiver<E> {
    fn definition(&self) -> &ReceiverDefinition {
        &self.definition
    }

    /// Calls it with a batch of one, which has a copy of the event: the sender keeps its own for the other receivers.
    fn call<'a>(&self, event: &'a (dyn Any + Send + Sync), delivery: Delivery<'a>) -> Called<'a> {
        let Some(event) = event.downcast_ref::<E>() else {
            return Called::Done(Err(ReceiverError::wrong_event()));
        };
        let batch =
            Batch::new(vec![(Arc::new((self.functions.clone)(event)), delivery.metadata.get().clone())]);
        match self.call_typed(batch) {
            CalledBatch::Done(result) => Called::Done(of_one(result)),
            CalledBatch::Future(future) => Called::Future(Box::pin(async move { of_one(future.await) })),
        }
    }

    fn as_batch(&self) -> Option<&dyn AnyBatchReceiver> {
        Some(self)
    }
}

impl<E: Event> AnyBatchReceiver for TypedBatchReceiver<E> {
    fn call_batch(&self, events: Vec<(SharedEvent, EventsMetadata)>) -> CalledBatch {
        let typed = |(event, metadata)| Some(((E::ERASURE.restore)(event)?, metadata));
        match events.into_iter().map(typed).collect() {
            Some(items) => self.call_typed(Batch::new(items)),
            None => CalledBatch::Done(Err(ReceiverError::wrong_event().into())),
        }
    }
}

/// Returns the outcome of the only event of a batch.
fn of_one(result: Result<(), BatchError>) -> Result<(), ReceiverError> {
    match result {
        Ok(()) => Ok(()),
        Err(error) => error.outcomes(1)?.into_iter().collect(),
    }
}

/// Returns the future of an `async` batch receiver, which `outcome` ends.
///
/// Expansions call it. The compiler checks here that the future can go to other threads.
pub fn in_batch_future<'a, T: 'a>(
    future: impl Future<Output = T> + Send + 'a,
    outcome: fn(T) -> Result<(), BatchError>,
) -> BatchFuture<'a> {
    Box::pin(async move { outcome(future.await) })
}
