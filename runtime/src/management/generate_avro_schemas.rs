//! `generate-avro-schemas`: writes schemas to files, with Python's names and content.

use std::{
    collections::BTreeMap,
    env,
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
        let folder = Folder::new(&self.out);
        if let Some(package) = &folder.package {
            require_defined_in(package, schemas.iter().map(|(event, _)| *event), &self.out)?;
        }
        fs::create_dir_all(&self.out).map_err(|error| cannot("create", &self.out, &error))?;
        // An event that is named twice is written once.
        let mut files: BTreeMap<_, _> =
            schemas.into_iter().map(|(event, text)| (folder.path(event), text)).collect();
        if folder.package.is_some() {
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

/// The folder of the files, which may not exist yet.
struct Folder<'a> {
    /// The path as the user wrote it.
    path: &'a Path,
    /// The folder of the package whose contracts are here.
    package: Option<PathBuf>,
}

impl<'a> Folder<'a> {
    fn new(path: &'a Path) -> Self {
        // The path may lead to contracts by a link, `.` or `..`.
        let real = fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_default();
        let is_schemas = real.file_name().is_some_and(|name| name.eq_ignore_ascii_case("schemas"));
        let package = real.parent().filter(|package| is_schemas && package.join("Cargo.toml").is_file());
        Self { path, package: package.map(Path::to_owned) }
    }

    fn path(&self, event: &EventDefinition) -> PathBuf {
        self.path.join(if self.package.is_some() {
            contracts::file_name(event)
        } else {
            format!("{}_schema.avsc", event.event_type().replace('.', "+"))
        })
    }

    /// Writes a temporary file next to `path` and then moves it there, so that no reader sees half a schema. If `path` is a
    /// link, its target stays as it is.
    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let temporary = path.with_extension(format!("avsc.{}.tmp", process::id()));
        let written = File::create_new(&temporary).and_then(|mut file| file.write_all(text.as_bytes()));
        let written = written.and_then(|()| {
            if self.package.is_none() {
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

/// Fails if an event is defined in a package below the folder `package`, such as a member of a workspace: it is compared only
/// with the contracts of its own package.
fn require_defined_in(
    package: &Path,
    events: impl Iterator<Item = &'static EventDefinition>,
    out: &Path,
) -> Result<(), CommandError> {
    let mut elsewhere: BTreeMap<PathBuf, Vec<&str>> = BTreeMap::new();
    for event in events {
        if let Some(own) = contracts::program::package_below(event, package) {
            elsewhere.entry(own).or_default().push(event.name());
        }
    }
    if elsewhere.is_empty() {
        return Ok(());
    }
    let current = env::current_dir().unwrap_or_default();
    let commands = elsewhere.iter().map(|(own, names)| {
        let folder = own.strip_prefix(&current).unwrap_or(own).join("schemas");
        format!("\n  generate-avro-schemas {} --out {}", names.join(" "), folder.display())
    });
    Err(CommandError::new(format!(
        "nothing would read the contracts in `{}`\
         \nnote: an event is compared with the contracts in the folder of the package that defines it (ADR-6)\
         \nhelp: write them to that folder:{}",
        out.display(),
        commands.collect::<String>(),
    )))
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
