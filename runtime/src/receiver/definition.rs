//! Receivers as the registry knows them.

use std::{
    any::{Any, TypeId},
    fmt,
};

use super::{Delivery, ReceiverError};
use crate::{
    event::{Event, EventDefinition},
    schema::Location,
};

/// A receiver: which event it receives, and where it is defined.
#[derive(Clone)]
pub struct ReceiverDefinition {
    pub(crate) event: &'static EventDefinition,
    pub(crate) name: &'static str,
    pub(crate) location: Location,
    pub(crate) order: i32,
    /// Which function it is; asked for late, since a constant cannot name the type of a function.
    pub(crate) function: fn() -> TypeId,
}

impl ReceiverDefinition {
    /// The event it receives.
    #[must_use]
    pub fn event(&self) -> &'static EventDefinition {
        self.event
    }

    /// The function's name; of a connected closure, the compiler's name for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The module it is defined in, from the crate's name on; empty for a connected closure.
    #[must_use]
    pub fn module_path(&self) -> &'static str {
        self.location.module_path
    }

    /// The name by which logs and dead letters know it. It stays the same from one build to the next.
    pub(crate) fn full_name(&self) -> FullName {
        FullName { module_path: self.location.module_path, name: self.name }
    }

    /// The file it is defined in, as the compiler was given it; of a connected closure, where it was
    /// connected.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.location.file
    }

    /// The line in that file, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.location.line
    }

    /// Receivers with a lower number run first; 0 unless said otherwise.
    #[must_use]
    pub fn order(&self) -> i32 {
        self.order
    }

    /// Receivers of one order run by crate, module, file, line, column and name, so that neither the
    /// linker nor the profile has a say.
    pub(crate) fn sort_key(&self) -> impl Ord + use<> {
        let crate_name = self.location.module_path.split("::").next().unwrap_or_default();
        (self.order, crate_name, self.location, self.name)
    }
}

impl fmt::Debug for ReceiverDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverDefinition")
            .field("event_type", &self.event.event_type())
            .field("name", &self.name)
            .field("location", &self.location)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// `module::path::name (file:line)`.
impl fmt::Display for ReceiverDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.full_name(), self.file(), self.line())
    }
}

/// `module::path::name`, or only the name of a connected closure, which has no module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FullName {
    module_path: &'static str,
    name: &'static str,
}

#[cfg(test)]
impl FullName {
    pub(crate) fn new(module_path: &'static str, name: &'static str) -> Self {
        Self { module_path, name }
    }
}

impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module_path.is_empty() {
            write!(f, "{}::", self.module_path)?;
        }
        f.write_str(self.name)
    }
}

/// A receiver of events of type `E`, as `#[receiver]` registers it.
pub struct TypedReceiver<E: Event> {
    pub(crate) definition: ReceiverDefinition,
    pub(crate) call: fn(&E, Delivery<'_>) -> Result<(), ReceiverError>,
}

/// A receiver of an event of any type: the element of the registry's list.
pub trait AnyReceiver: Send + Sync {
    /// What is known of it.
    fn definition(&self) -> &ReceiverDefinition;
    /// Runs it for an event, which is one of the type that it receives.
    fn call(&self, event: &dyn Any, delivery: Delivery<'_>) -> Result<(), ReceiverError>;
}

impl<E: Event> AnyReceiver for TypedReceiver<E> {
    fn definition(&self) -> &ReceiverDefinition {
        &self.definition
    }

    fn call(&self, event: &dyn Any, delivery: Delivery<'_>) -> Result<(), ReceiverError> {
        match event.downcast_ref() {
            Some(event) => (self.call)(event, delivery),
            None => Err(ReceiverError::wrong_event()),
        }
    }
}

/// Tells functions and closures apart, whatever they are called.
#[must_use]
pub fn function_id<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}
