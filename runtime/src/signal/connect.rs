//! Connecting receivers to a signal.

use std::sync::Arc;

use super::{
    Signal,
    async_closure::{AsyncClosure, AsyncClosureWith, AsyncReceiver, AsyncReceiverWith},
    closure::{Receives, SyncClosure},
    connection::{Closure, Connected, Connection},
};
use crate::{
    event::{AnyEvent, Event},
    metadata::EventsMetadata,
    receiver::{ReceiverError, ReceiverReturn},
};

impl<E: Event> Signal<E> {
    /// Connects a receiver until the [`Connection`] is dropped.
    ///
    /// ```standalone_crate
    /// use openedx_events::learning::{data::*, signals::STUDENT_REGISTRATION_COMPLETED};
    /// # use openedx_events::learning::signals::StudentRegistrationCompleted;
    ///
    /// let connection = STUDENT_REGISTRATION_COMPLETED.connect(|event, metadata| {
    ///     println!("user {} registered at {}", event.user.id, metadata.time);
    /// });
    /// # let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
    /// # let user = UserData::builder().id(7).is_active(true).pii(pii).build();
    /// # assert_eq!(STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted::builder().user(user).build()).len(), 1);
    /// drop(connection);
    /// ```
    ///
    /// A send that began before the drop may still run the receiver.
    #[track_caller]
    pub fn connect<F, R>(&'static self, receiver: F) -> Connection
    where
        F: Fn(&E, &EventsMetadata) -> R + Send + Sync + 'static,
        R: ReceiverReturn,
    {
        self.connect_sync(Closure::of(&receiver), receiver)
    }

    /// Connects a receiver under a stable name, until the [`Connection`] is dropped.
    ///
    /// Logs and dead letters call it `name`, so that a later build of the program can replay its dead letters. The compiler's
    /// name of a closure, which [`connect`](Self::connect) uses, may change with each build. A name must be unique among the
    /// receivers of the event.
    ///
    /// ```
    /// use openedx_events::learning::{data::*, signals::STUDENT_REGISTRATION_COMPLETED};
    ///
    /// let connection = STUDENT_REGISTRATION_COMPLETED.connect_named("greeter", |event, _| {
    ///     println!("welcome, user {}", event.user.id);
    /// });
    /// # drop(connection);
    /// ```
    ///
    /// # Panics
    ///
    /// If the name is empty or contains characters other than letters, digits, `_`, `-`, `.`, `:` and `/`.
    #[track_caller]
    pub fn connect_named<F, R>(&'static self, name: &'static str, receiver: F) -> Connection
    where
        F: Fn(&E, &EventsMetadata) -> R + Send + Sync + 'static,
        R: ReceiverReturn,
    {
        self.connect_sync(Closure::of(&receiver).named(name), receiver)
    }

    /// Connects an async receiver until the [`Connection`] is dropped.
    ///
    /// The closure borrows the event and its metadata, and captures nothing that it borrows:
    /// [`connect_async_with`](Self::connect_async_with) passes state to it.
    ///
    /// ```
    /// use openedx_events::{learning::signals::STUDENT_REGISTRATION_COMPLETED, prelude::*};
    ///
    /// # mod mail { pub async fn greet(_: i64) -> Result<(), String> { Ok(()) } }
    /// let connection = STUDENT_REGISTRATION_COMPLETED.connect_async(async |event, _| mail::greet(event.user.id).await);
    /// # drop(connection);
    /// ```
    #[track_caller]
    pub fn connect_async<F, R>(&'static self, receiver: F) -> Connection
    where
        F: AsyncFn(&E, &EventsMetadata) -> R
            + for<'a> AsyncReceiver<'a, E, Returned = R>
            + Send
            + Sync
            + 'static,
        R: ReceiverReturn + 'static,
    {
        let closure = Closure::of(&receiver).asynchronous();
        self.connect_closure(closure, Box::new(AsyncClosure::new(receiver)))
    }

    /// Connects an async receiver under a stable name, as [`connect_named`](Self::connect_named) does, until the [`Connection`]
    /// is dropped.
    ///
    /// # Panics
    ///
    /// If the name is empty or contains characters other than letters, digits, `_`, `-`, `.`, `:` and `/`.
    #[track_caller]
    pub fn connect_named_async<F, R>(&'static self, name: &'static str, receiver: F) -> Connection
    where
        F: AsyncFn(&E, &EventsMetadata) -> R
            + for<'a> AsyncReceiver<'a, E, Returned = R>
            + Send
            + Sync
            + 'static,
        R: ReceiverReturn + 'static,
    {
        let closure = Closure::of(&receiver).asynchronous().named(name);
        self.connect_closure(closure, Box::new(AsyncClosure::new(receiver)))
    }

    /// Connects an async receiver that borrows `state`, until the [`Connection`] is dropped.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use openedx_events::{learning::signals::STUDENT_REGISTRATION_COMPLETED, prelude::*};
    ///
    /// let registered = Arc::new(Mutex::new(Vec::new()));
    /// let connection = STUDENT_REGISTRATION_COMPLETED.connect_async_with(
    ///     Arc::clone(&registered),
    ///     async |registered, event, _| registered.lock().unwrap().push(event.user.id),
    /// );
    /// # drop(connection);
    /// ```
    #[track_caller]
    pub fn connect_async_with<S, F, R>(&'static self, state: S, receiver: F) -> Connection
    where
        S: Send + Sync + 'static,
        F: AsyncFn(&S, &E, &EventsMetadata) -> R
            + for<'a> AsyncReceiverWith<'a, S, E, Returned = R>
            + Send
            + Sync
            + 'static,
        R: ReceiverReturn + 'static,
    {
        let closure = Closure::of(&receiver).asynchronous();
        self.connect_closure(closure, Box::new(AsyncClosureWith::new(state, receiver)))
    }

    /// Connects an async receiver that borrows `state` under a stable name, as [`connect_named`](Self::connect_named) does, until
    /// the [`Connection`] is dropped.
    ///
    /// # Panics
    ///
    /// If the name is empty or contains characters other than letters, digits, `_`, `-`, `.`, `:` and `/`.
    #[track_caller]
    pub fn connect_named_async_with<S, F, R>(
        &'static self,
        name: &'static str,
        state: S,
        receiver: F,
    ) -> Connection
    where
        S: Send + Sync + 'static,
        F: AsyncFn(&S, &E, &EventsMetadata) -> R
            + for<'a> AsyncReceiverWith<'a, S, E, Returned = R>
            + Send
            + Sync
            + 'static,
        R: ReceiverReturn + 'static,
    {
        let closure = Closure::of(&receiver).asynchronous().named(name);
        self.connect_closure(closure, Box::new(AsyncClosureWith::new(state, receiver)))
    }

    fn connect_sync<F, R>(&'static self, closure: Closure, receiver: F) -> Connection
    where
        F: Fn(&E, &EventsMetadata) -> R + Send + Sync + 'static,
        R: ReceiverReturn,
    {
        let call = move |event: AnyEvent<'_>, metadata: &EventsMetadata| match event.downcast_ref() {
            Some(event) => receiver(event, metadata).outcome(),
            None => Err(ReceiverError::wrong_event()),
        };
        self.connect_closure(closure, Box::new(SyncClosure(call)))
    }

    fn connect_closure(&'static self, closure: Closure, function: Box<dyn Receives>) -> Connection {
        self.receivers.warn_of_repeated_name(E::DEFINITION, &closure);
        let definition = Some(Arc::new(closure.definition(E::DEFINITION)));
        Connected { closure, definition, function }.connect(&self.receivers.connected)
    }
}
