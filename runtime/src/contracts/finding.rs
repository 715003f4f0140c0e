//! What can be wrong with contracts.

use std::{fmt, path::PathBuf};

use crate::event::EventDefinition;

/// Something that is wrong with the contracts of a program; it prints as one line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ContractFinding {
    /// An event has no contract of its minor version: nothing keeps its schema from being changed.
    #[non_exhaustive]
    Missing {
        /// The event.
        event: &'static EventDefinition,
        /// The contract, where it was written after the event was compiled.
        file: Option<PathBuf>,
    },
    /// A contract is of no event that the program is linked with.
    #[non_exhaustive]
    WithoutEvent {
        /// Its path from the package's folder.
        file: String,
    },
    /// An event does not keep to its contract, which was not there when the event was compiled.
    #[non_exhaustive]
    Broken {
        /// The event.
        event: &'static EventDefinition,
        /// The contract's path from the package's folder.
        file: String,
    },
    /// A contract was changed.
    #[non_exhaustive]
    Changed {
        /// Its path from the package's folder.
        file: String,
        /// The git revision it is compared with.
        revision: String,
    },
    /// A contract was deleted.
    #[non_exhaustive]
    Deleted {
        /// Its path from the package's folder.
        file: String,
        /// The git revision it is compared with.
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
                "contract_missing: event type `{}` at {}:{} was compiled before {} was there (help: `touch {}`, and \
                 build again; a build script with `cargo::rerun-if-changed=schemas` does so by itself)",
                event.event_type(),
                event.file(),
                event.line(),
                file.display(),
                event.file(),
            ),
            Self::Missing { event, file: None } => write!(
                f,
                "contract_missing: event type `{}` at {}:{} has no contract of minor version {}: nothing keeps its \
                 schema from being changed (help: \
                 `generate-avro-schemas {} --out schemas` writes it, in the folder of the `Cargo.toml`)",
                event.event_type(),
                event.file(),
                event.line(),
                event.minor_version(),
                event.name(),
            ),
            Self::WithoutEvent { file } => {
                write!(
                    f,
                    "contract_without_event: {file} is, by its name, the contract of no event of this program (help: \
                     where an event of that type is defined, this program is not linked with it: mention its crate, as \
                     in `use my_events as _;`)"
                )
            }
            Self::Broken { event, file } => write!(
                f,
                "contract_broken: event type `{}` does not keep to {file} (compile {} again, and the compiler says where)",
                event.event_type(),
                event.file(),
            ),
            Self::Changed { file, revision } => write!(
                f,
                "contract_changed: {file} was changed since `{revision}`: services read what was published (get it back, \
                 and add a minor version or another event)"
            ),
            Self::Deleted { file, revision } => {
                write!(
                    f,
                    "contract_deleted: {file} was deleted since `{revision}`, but messages of it may still be on a bus"
                )
            }
        }
    }
}
