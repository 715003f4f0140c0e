//! Async closures that are connected to a signal.
//!
//! The compiler learns the types of their parameters from `AsyncFn`, and that their futures can go to other threads from a trait for
//! each number of parameters.

use std::marker::PhantomData;

use super::closure::Receives;
use crate::{
    event::{AnyEvent, Event},
    metadata::EventsMetadata,
    receiver::{Called, Delivery, ReceiverError, ReceiverReturn},
};

/// An async closure without state, whose future can go to other threads.
pub trait AsyncReceiver<'a, E: 'a>: Fn(&'a E, &'a EventsMetadata) -> Self::Future {
    /// The closure's result.
    type Returned;
    /// The future.
    type Future: Future<Output = Self::Returned> + Send + 'a;
}

impl<'a, E: 'a, F, Fut> AsyncReceiver<'a, E> for F
where
    F: Fn(&'a E, &'a EventsMetadata) -> Fut,
    Fut: Future + Send + 'a,
{
    type Returned = Fut::Output;
    type Future = Fut;
}

/// An async closure that borrows state, and whose future can go to other threads.
pub trait AsyncReceiverWith<'a, S: 'a, E: 'a>: Fn(&'a S, &'a E, &'a EventsMetadata) -> Self::Future {
    /// The closure's result.
    type Returned;
    /// The future.
    type Future: Future<Output = Self::Returned> + Send + 'a;
}

impl<'a, S: 'a, E: 'a, F, Fut> AsyncReceiverWith<'a, S, E> for F
where
    F: Fn(&'a S, &'a E, &'a EventsMetadata) -> Fut,
    Fut: Future + Send + 'a,
{
    type Returned = Fut::Output;
    type Future = Fut;
}

/// A connected async closure, with the types of its event and result.
pub(super) struct AsyncClosure<F, E, R> {
    receiver: F,
    types: PhantomData<fn(E) -> R>,
}

impl<F, E, R> AsyncClosure<F, E, R> {
    pub(super) fn new(receiver: F) -> Self {
        Self { receiver, types: PhantomData }
    }
}

impl<F, E, R> Receives for AsyncClosure<F, E, R>
where
    E: Event,
    F: for<'a> AsyncReceiver<'a, E, Returned = R> + Send + Sync,
    R: ReceiverReturn,
{
    fn call<'a>(&'a self, event: AnyEvent<'a>, delivery: Delivery<'a>) -> Called<'a> {
        match event.downcast_ref() {
            Some(event) => finish((self.receiver)(event, delivery.metadata.get())),
            None => Called::Done(Err(ReceiverError::wrong_event())),
        }
    }
}

/// A connected async closure and the state that it borrows.
pub(super) struct AsyncClosureWith<S, F, E, R> {
    state: S,
    closure: AsyncClosure<F, E, R>,
}

impl<S, F, E, R> AsyncClosureWith<S, F, E, R> {
    pub(super) fn new(state: S, receiver: F) -> Self {
        Self { state, closure: AsyncClosure::new(receiver) }
    }
}

impl<S, F, E, R> Receives for AsyncClosureWith<S, F, E, R>
where
    S: Send + Sync,
    E: Event,
    F: for<'a> AsyncReceiverWith<'a, S, E, Returned = R> + Send + Sync,
    R: ReceiverReturn,
{
    fn call<'a>(&'a self, event: AnyEvent<'a>, delivery: Delivery<'a>) -> Called<'a> {
        match event.downcast_ref() {
            Some(event) => finish((self.closure.receiver)(&self.state, event, delivery.metadata.get())),
            None => Called::Done(Err(ReceiverError::wrong_event())),
        }
    }
}

/// An async closure that borrows state and an event of any type, and whose future can go to other threads.
pub trait AsyncAnyReceiver<'a, S: 'a>: Fn(&'a S, AnyEvent<'a>, &'a EventsMetadata) -> Self::Future {
    /// The closure's result.
    type Returned;
    /// The future.
    type Future: Future<Output = Self::Returned> + Send + 'a;
}

impl<'a, S: 'a, F, Fut> AsyncAnyReceiver<'a, S> for F
where
    F: Fn(&'a S, AnyEvent<'a>, &'a EventsMetadata) -> Fut,
    Fut: Future + Send + 'a,
{
    type Returned = Fut::Output;
    type Future = Fut;
}

/// A connected async closure for events of any type, and the state that it borrows.
pub(super) struct AsyncAnyClosure<S, F, R> {
    state: S,
    receiver: F,
    returned: PhantomData<fn() -> R>,
}

impl<S, F, R> AsyncAnyClosure<S, F, R> {
    pub(super) fn new(state: S, receiver: F) -> Self {
        Self { state, receiver, returned: PhantomData }
    }
}

impl<S, F, R> Receives for AsyncAnyClosure<S, F, R>
where
    S: Send + Sync,
    F: for<'a> AsyncAnyReceiver<'a, S, Returned = R> + Send + Sync,
    R: ReceiverReturn,
{
    fn call<'a>(&'a self, event: AnyEvent<'a>, delivery: Delivery<'a>) -> Called<'a> {
        finish((self.receiver)(&self.state, event, delivery.metadata.get()))
    }
}

fn finish<'a, R: ReceiverReturn>(future: impl Future<Output = R> + Send + 'a) -> Called<'a> {
    Called::Future(Box::pin(async move { future.await.outcome() }))
}
