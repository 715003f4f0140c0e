//! Mistakes in contracts.

use std::{fmt, path::PathBuf};

use crate::event::EventDefinition;

/// A mistake in the contracts of a program. It prints as one line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ContractFinding {
    /// An event has no contract for its minor version, so nothing protects its schema from changes.
    #[non_exhaustive]
    Missing {
        /// The event.
        event: &'static EventDefinition,
        /// The contract, if it was written after the event was compiled.
        file: Option<PathBuf>,
    },
    /// A contract matches no event that the program is linked with.
    #[non_exhaustive]
    WithoutEvent {
        /// The contract's path, relative to the package's folder.
        file: String,
    },
    /// An event breaks its contract, which was written after the event was compiled.
    #[non_exhaustive]
    Broken {
        /// The event.
        event: &'static EventDefinition,
        /// The contract's path, relative to the package's folder.
        file: String,
    },
    /// A contract was changed.
    #[non_exhaustive]
    Changed {
        /// The contract's path, relative to the package's folder.
        file: String,
        /// The git revision that it is compared with.
        revision: String,
    },
    /// A contract was deleted.
    #[non_exhaustive]
    Deleted {
        /// The contract's path, relative to the package's folder.
        file: String,
        /// The git revision that it is compared with.
        revision: String,
    },
}

impl ContractFinding {
    pub(super) fn is_missing(&self, of: &EventDefinition) -> bool {
        matches!(self, Self::Missing { event, .. } if event.event_type() == of.event_type())
    }
}

impl fmt::Display for ContractFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { event, file: Some(file) } => write!(
                f,
                "contract_missing: event type `{}` at {}:{} was compiled before {} existed (help: `touch {}` and build \
                 again; `cargo::rerun-if-changed=schemas` in a build script does it automatically)",
                event.event_type(),
                event.file(),
                event.line(),
                file.display(),
                event.file(),
            ),
            Self::Missing { event, file: None } => write!(
                f,
                "contract_missing: event type `{}` at {}:{} has no contract for minor version {}, so nothing protects \
                 its schema from changes (help: run `generate-avro-schemas {} --out schemas` in the folder of the \
                 `Cargo.toml`)",
                event.event_type(),
                event.file(),
                event.line(),
                event.minor_version(),
                event.name(),
            ),
            Self::WithoutEvent { file } => {
                write!(
                    f,
                    "contract_without_event: {file} does not match any event of this program (help: if the event is defined in \
                     another crate, link that crate with `use my_events as _;`)"
                )
            }
            Self::Broken { event, file } => write!(
                f,
                "contract_broken: event type `{}` breaks {file} (help: compile {} again, and the compiler shows where)",
                event.event_type(),
                event.file(),
            ),
            Self::Changed { file, revision } => write!(
                f,
                "contract_changed: {file} was changed since `{revision}`, but services rely on the published version \
                 (help: restore it, and add a minor version or another event)"
            ),
            Self::Deleted { file, revision } => {
                write!(
                    f,
                    "contract_deleted: {file} was deleted since `{revision}`, but a bus may still hold messages in that \
                     schema"
                )
            }
        }
    }
}
