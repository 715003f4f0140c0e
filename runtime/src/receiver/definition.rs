//! Definitions of receivers: the facts that the registry, logs and dead letters show.

use std::{any::TypeId, fmt};

use crate::{event::EventDefinition, schema::Location};

/// A receiver: which event it receives, and where it is defined.
#[derive(Clone)]
pub struct ReceiverDefinition {
    pub(crate) event: &'static EventDefinition,
    pub(crate) name: &'static str,
    pub(crate) location: Location,
    pub(crate) order: i32,
    /// Returns the type of its function. It is a function because a constant cannot name that type.
    pub(crate) function: fn() -> TypeId,
}

impl ReceiverDefinition {
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

    /// Returns the name that logs and dead letters use. It stays the same from one build to the next.
    pub(crate) fn full_name(&self) -> FullName {
        FullName { module_path: self.location.module_path, name: self.name }
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

    /// Sorts receivers of the same order by crate, module, file, line, column and name, so that neither the linker nor
    /// the build profile decides which runs first.
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

/// `module::path::name`, or the name alone for a connected closure.
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

/// Returns the type of a function or closure, which identifies it.
#[must_use]
pub fn function_id<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}
