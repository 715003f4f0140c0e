//! `generate-avro-schemas`: writes schemas to files, with Python's names and content.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use clap::Args;
use serde_json::Value;

use super::{
    find,
    result::{CommandError, CommandResult, Done},
    schema_file,
};
use crate::{contracts, event::EventDefinition, registry};

/// The arguments of `generate-avro-schemas`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  openedx-events generate-avro-schemas --all --out avro-schemas
  openedx-events generate-avro-schemas COURSE_ENROLLMENT_CREATED
  openedx-events generate-avro-schemas org.openedx.learning.course.enrollment.created.v1

Exits with 2 if an event is unknown or has no Avro schema, a contract differs, or a file cannot be written.")]
pub struct GenerateAvroSchemas {
    /// Event types or constants.
    #[arg(value_name = "TYPE", required_unless_present = "all")]
    events: Vec<String>,
    /// All events, except those whose data has no Avro form.
    #[arg(long, conflicts_with = "events")]
    all: bool,
    /// Folder to write the files to. It is created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "avro-schemas")]
    out: PathBuf,
}

impl GenerateAvroSchemas {
    pub(super) fn run(self, out: &mut dyn Write) -> CommandResult {
        let schemas = if self.all {
            registry::events().filter_map(|event| Some((event, schema_file::text(event)?))).collect()
        } else {
            self.events.iter().map(|name| named(name)).collect::<Result<Vec<_>, _>>()?
        };
        fs::create_dir_all(&self.out).map_err(|error| cannot("create", &self.out, &error))?;
        let folder = Folder::new(&self.out)?;
        // An event that is named twice is written once.
        let mut files: BTreeMap<_, _> =
            schemas.into_iter().map(|(event, text)| (folder.path(event), text)).collect();
        if folder.has_contracts {
            leave_contracts(&mut files)?;
        }
        for (path, text) in &files {
            folder.write(path, text).map_err(|error| cannot("write", path, &error))?;
            writeln!(out, "{}", path.display())?;
        }
        Ok(Done::Clean)
    }
}

type NamedSchema = (&'static EventDefinition, String);

fn named(name: &str) -> Result<NamedSchema, CommandError> {
    let event = find::event(name)?;
    let text = schema_file::text(event).ok_or_else(|| {
        let reason = event.local_only().unwrap_or_default();
        CommandError::new(format!(
            "`{}` has no Avro schema: its data has no Avro form\nnote: it is local only: {reason}",
            event.event_type()
        ))
    })?;
    Ok((event, text))
}

/// The folder of the files.
struct Folder<'a> {
    /// The path as the user wrote it.
    path: &'a Path,
    has_contracts: bool,
}

impl<'a> Folder<'a> {
    fn new(path: &'a Path) -> Result<Self, CommandError> {
        // The path may lead to contracts by a link, `.` or `..`.
        let real = fs::canonicalize(path).map_err(|error| cannot("open", path, &error))?;
        let is_schemas = real.file_name().is_some_and(|name| name.eq_ignore_ascii_case("schemas"));
        let has_contracts = is_schemas && real.with_file_name("Cargo.toml").is_file();
        Ok(Self { path, has_contracts })
    }

    fn path(&self, event: &EventDefinition) -> PathBuf {
        self.path.join(if self.has_contracts {
            contracts::file_name(event)
        } else {
            format!("{}_schema.avsc", event.event_type().replace('.', "+"))
        })
    }

    /// Writes a temporary file next to `path` and then moves it there, so that nobody reads half a schema. If `path` is a
    /// link, its target stays as it is.
    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let temporary = path.with_extension(format!("avsc.{}.tmp", process::id()));
        let written = File::create_new(&temporary).and_then(|mut file| file.write_all(text.as_bytes()));
        let written = written.and_then(|()| {
            if !self.has_contracts {
                return fs::rename(&temporary, path);
            }
            // Fails if the contract exists: it may have been created since it was read.
            fs::hard_link(&temporary, path)?;
            fs::remove_file(&temporary)
        });
        if written.is_err() {
            // The write error is the one to report, even if the temporary file cannot be removed.
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

/// Removes the contracts that exist from `files`. Fails if one of them has another schema.
fn leave_contracts(files: &mut BTreeMap<PathBuf, String>) -> Result<(), CommandError> {
    let (mut same, mut differing) = (Vec::new(), Vec::new());
    for (path, text) in &*files {
        match fs::read_to_string(path) {
            Ok(contract) if same_json(&contract, text) => same.push(path.clone()),
            Ok(_) => differing.push(path.display().to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot("read", path, &error)),
        }
    }
    if differing.is_empty() {
        files.retain(|path, _| !same.contains(path));
        return Ok(());
    }
    Err(CommandError::new(format!(
        "contracts differ from the schemas of this program, so nothing was written\n  {}\
         \nnote: consumers rely on contracts, so a contract is never replaced (ADR-6)\
         \nhelp: write to another folder with `--out`, and compare",
        differing.join("\n  ")
    )))
}

fn same_json(left: &str, right: &str) -> bool {
    let parse = serde_json::from_str::<Value>;
    matches!((parse(left), parse(right)), (Ok(left), Ok(right)) if left == right)
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> CommandError {
    CommandError::new(format!("cannot {verb} `{}`: {error}", path.display()))
}
