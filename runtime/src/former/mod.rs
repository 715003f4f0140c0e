//! Reads events that former releases of Python's openedx-events wrote with another schema under the same type.
//!
//! The header `sourcelib` says which release wrote an event. Only the catalogue knows such releases, so without it the tables are
//! empty.
//!
//! This folder may use resolution and event definitions.

#[cfg(feature = "catalog")]
mod table;

use std::{borrow::Cow, error::Error, fmt, sync::OnceLock};

#[cfg(feature = "catalog")]
use table::{FORMER, GONE};

use crate::{
    avro::{BoxError, DecodeError},
    event::{AnyEventError, EventDefinition},
    metadata::SOURCE_LIB,
    resolution::{Resolution, ResolutionError, WriterSchema},
};

#[cfg(not(feature = "catalog"))]
static FORMER: [FormerSchema; 0] = [];
#[cfg(not(feature = "catalog"))]
const GONE: &[(&str, &str, &str)] = &[];

/// A schema that an event type had in former releases.
struct FormerSchema {
    event_type: &'static str,
    /// The first release with this schema.
    first: [u64; 3],
    /// The first release with another one.
    next: [u64; 3],
    schema: &'static str,
    /// How to read it; prepared when it is first needed.
    resolution: OnceLock<Result<Resolution, ResolutionError>>,
}

impl FormerSchema {
    #[cfg(feature = "catalog")]
    const fn new(event_type: &'static str, first: [u64; 3], next: [u64; 3], schema: &'static str) -> Self {
        Self { event_type, first, next, schema, resolution: OnceLock::new() }
    }

    fn resolution(&self, definition: &'static EventDefinition) -> Result<&Resolution, &ResolutionError> {
        let resolve = || WriterSchema::parse(self.schema)?.resolve(definition);
        self.resolution.get_or_init(resolve).as_ref()
    }
}

/// Returns whether `sourcelib` names the release whose schemas this program has.
pub(crate) fn is_current(sourcelib: &[u64]) -> bool {
    sourcelib == SOURCE_LIB
}

/// Returns the schema that the event had in the release that `sourcelib` names, if it differs from today's.
fn find(event_type: &str, sourcelib: &[u64]) -> Option<&'static FormerSchema> {
    // The number of a release has three parts. Any other value comes from another sender.
    let sourcelib: [u64; 3] = sourcelib.try_into().ok()?;
    let from = FORMER.partition_point(|former| former.event_type < event_type);
    let mut of_type = FORMER[from..].iter().take_while(|former| former.event_type == event_type);
    of_type.find(|former| sourcelib >= former.first && sourcelib < former.next)
}

/// Converts `bytes` to today's schema, if a former release wrote them with another one.
pub(crate) fn rewrite<'a>(
    definition: &'static EventDefinition,
    sourcelib: &[u64],
    bytes: &'a [u8],
) -> Result<Cow<'a, [u8]>, FormerError> {
    let Some(former) = find(definition.event_type(), sourcelib) else { return Ok(Cow::Borrowed(bytes)) };
    let error = |source| FormerError { release: release(sourcelib), source };
    let resolution =
        former.resolution(definition).map_err(|problem| error(Problem::Schema(problem.clone())))?;
    resolution.rewrite(bytes).map_err(|problem| error(Problem::Bytes(problem)))
}

/// Names the releases that had an event type which today's release lacks.
pub(crate) fn gone(event_type: &str) -> Option<String> {
    let (_, first, last) = GONE.iter().find(|(gone, ..)| *gone == event_type)?;
    Some(if first == last {
        format!("only openedx-events {first} had it")
    } else {
        format!("openedx-events {first} to {last} had it, and later releases do not")
    })
}

/// Explains an error of an event that another release of openedx-events wrote.
pub(crate) fn explain(definition: &EventDefinition, sourcelib: &[u64], error: AnyEventError) -> BoxError {
    let is_ours = definition.module_path().starts_with(concat!(env!("CARGO_CRATE_NAME"), "::"));
    let AnyEventError::Avro(error) = error else { return error.into() };
    let source = match find(definition.event_type(), sourcelib) {
        Some(_) => Problem::Values(error),
        None if is_ours && sourcelib > SOURCE_LIB => Problem::Later(error),
        None => return error.into(),
    };
    FormerError { release: release(sourcelib), source }.into()
}

/// Returns the number of a release, such as `9.14.0`.
fn release(sourcelib: &[u64]) -> String {
    sourcelib.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// An event that cannot be read, because another release of openedx-events wrote it.
#[derive(Debug)]
pub(crate) struct FormerError {
    release: String,
    source: Problem,
}

#[derive(Debug)]
enum Problem {
    /// Today's event cannot be read with the schema of that release.
    Schema(ResolutionError),
    /// The bytes do not have that schema.
    Bytes(DecodeError),
    /// Today's event cannot have such values.
    Values(DecodeError),
    /// The release is later than the one whose schemas this program has.
    Later(DecodeError),
}

impl fmt::Display for FormerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let release = &self.release;
        match &self.source {
            Problem::Schema(error) => write!(
                f,
                "openedx-events {release} wrote the event with another schema, which cannot be read as today's: {error}"
            ),
            Problem::Values(error) => write!(
                f,
                "openedx-events {release} wrote the event with another schema, and today's event cannot have its values: {error}"
            ),
            Problem::Bytes(error) => {
                write!(
                    f,
                    "the bytes do not have the schema of openedx-events {release}, which wrote the event: {error}"
                )
            }
            Problem::Later(error) => write!(
                f,
                "{error} (openedx-events {release} wrote the event, and this program has the schemas of {})",
                self::release(SOURCE_LIB)
            ),
        }
    }
}

impl Error for FormerError {}
