//! Definitions of receivers: the facts that the registry, logs and dead letters show.

use std::{any::TypeId, fmt, time::Duration};

use crate::{event::EventDefinition, schema::Location};

/// A receiver: which event it receives, and where it is defined.
#[derive(Clone)]
pub struct ReceiverDefinition {
    pub(crate) event: &'static EventDefinition,
    pub(crate) name: &'static str,
    /// The name that replaces module path and name in logs and dead letters.
    pub(crate) stable_name: Option<&'static str>,
    /// The only origin whose events it receives.
    pub(crate) only: Option<EventOrigin>,
    pub(crate) location: Location,
    pub(crate) order: i32,
    pub(crate) traits: Traits,
    /// Returns the type of its function. It is a function because a constant cannot name that type.
    pub(crate) function: fn() -> TypeId,
}

/// The kind of a receiver, apart from its names and place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// Whether it is `async`.
    pub(crate) is_async: bool,
    /// Whether it takes the metadata of its events.
    pub(crate) takes_metadata: bool,
    /// How a consumer collects its batches, if it is a batch receiver.
    pub(crate) batch: Option<BatchLimits>,
}

/// How a consumer collects events for a [batch receiver](crate::guide::batches).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchLimits {
    /// The largest number of events in a batch: 1 to 10,000.
    pub max: usize,
    /// How long the first event of a batch waits for others.
    pub wait: Duration,
}

/// Makes the limits. Expansions call it.
#[must_use]
pub const fn batch_limits(max: usize, wait_millis: u64) -> BatchLimits {
    BatchLimits { max, wait: Duration::from_millis(wait_millis) }
}

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventOrigin {
    /// An event bus.
    Bus,
    /// A sender in this process.
    Process,
}

/// `bus` or `process`.
impl fmt::Display for EventOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bus => "bus",
            Self::Process => "process",
        })
    }
}

impl ReceiverDefinition {
    /// Makes the definition of a receiver whose function has type `F`.
    pub(crate) const fn registered<F: 'static>(
        event: &'static EventDefinition,
        name: &'static str,
        location: Location,
        order: i32,
        traits: Traits,
    ) -> Self {
        let (stable_name, only) = (None, None);
        Self { event, name, stable_name, only, location, order, traits, function: TypeId::of::<F> }
    }

    /// Returns the event that it receives.
    #[must_use]
    pub fn event(&self) -> &'static EventDefinition {
        self.event
    }

    /// Returns the function's name, or the compiler's name of a connected closure.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the path of the module that defines it, beginning with the crate's name. It is empty for a connected
    /// closure.
    #[must_use]
    pub fn module_path(&self) -> &'static str {
        self.location.module_path
    }

    /// Returns the name that logs and dead letters use: the one in `#[receiver(…, name = "…")]` or `connect_named`, or else
    /// the module path and the function's name.
    ///
    /// A dead letter is replayed to the receiver of that name. Without a name of its own, a receiver that is renamed or moved
    /// to another module has another name from then on, and so may a connected closure after any change of the program.
    #[must_use]
    pub fn stable_name(&self) -> impl fmt::Display + use<> {
        self.full_name()
    }

    pub(crate) fn full_name(&self) -> FullName {
        match self.stable_name {
            Some(name) => FullName { module_path: "", name },
            None => self.place(),
        }
    }

    /// Returns whether a dead letter that names `name` means this receiver. It may be older than the stable name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.full_name().to_string() == name || self.place().to_string() == name
    }

    fn place(&self) -> FullName {
        FullName { module_path: self.location.module_path, name: self.name }
    }

    /// Returns the only origin whose events it receives, or `None` if it receives all.
    #[must_use]
    pub fn only(&self) -> Option<EventOrigin> {
        self.only
    }

    /// Returns whether it receives events of that origin.
    pub(crate) fn takes(&self, origin: EventOrigin) -> bool {
        self.only.is_none_or(|only| only == origin)
    }

    /// Returns the file that defines it, as it was passed to the compiler. For a connected closure, it is the file that
    /// connects it.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.location.file
    }

    /// Returns the line in that file. The first line is 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.location.line
    }

    /// Returns its order, which is 0 by default. Receivers with a lower order run first.
    #[must_use]
    pub fn order(&self) -> i32 {
        self.order
    }

    /// Returns whether it is an `async fn`, or was connected with [`connect_async`](crate::Signal::connect_async).
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.traits.is_async
    }

    /// Returns how consumers collect its events, if it is a [batch receiver](crate::guide::batches).
    #[must_use]
    pub fn batch(&self) -> Option<BatchLimits> {
        self.traits.batch
    }

    /// Sorts receivers of the same order by crate, module, file, line, column and name, so that neither the linker nor
    /// the build profile decides which runs first. Batch receivers are last, because a consumer runs them when a batch is complete.
    pub(crate) fn sort_key(&self) -> impl Ord + use<> {
        let crate_name = self.location.module_path.split("::").next().unwrap_or_default();
        (self.traits.batch.is_some(), self.order, crate_name, self.location, self.name)
    }
}

impl fmt::Debug for ReceiverDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverDefinition")
            .field("event_type", &self.event.event_type())
            .field("name", &self.name)
            .field("stable_name", &self.stable_name)
            .field("only", &self.only)
            .field("location", &self.location)
            .field("order", &self.order)
            .field("is_async", &self.traits.is_async)
            .field("batch", &self.traits.batch)
            .finish_non_exhaustive()
    }
}

/// `module::path::name (file:line)`, with the stable name if there is one.
impl fmt::Display for ReceiverDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.full_name(), self.file(), self.line())
    }
}

/// `module::path::name`, or the name alone for a connected closure or a receiver with a stable name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FullName {
    module_path: &'static str,
    name: &'static str,
}

#[cfg(test)]
impl FullName {
    pub(crate) const fn new(module_path: &'static str, name: &'static str) -> Self {
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

/// Returns the type of a function or closure, which identifies it.
#[must_use]
pub fn function_id<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}
