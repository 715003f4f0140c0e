//! The command line: commands for people and scripts about the events of a program.
//!
//! The program `openedx-events` (in the repository, `cargo run -p openedx-events --features cli`) knows only Open edX's own
//! events. A service that has more events and receivers gets the commands in a binary of its own, like the `manage.py` of a Django
//! project:
//!
//! ```no_run
//! // src/bin/events.rs
//! // use my_service_handlers as _; // links the crate with the receivers
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     openedx_events::management::run()
//! }
//! ```
//!
//! [`Command`] documents the commands. Python's spelling with underscores works too. `--help` has examples.
//!
//! # Lines
//!
//! `encode`, `decode` and `parse-keys` read JSON objects from standard input, one a line, and write one line for each: line 7
//! of the output answers line 7 of the input. They keep one line in memory at a time, so the input may have any size.
//!
//! The answer to a line that cannot be processed is `{"error": …, "line": …}`, and the command continues. The answer to a
//! refused key is `{"error": …}`. Values appear only in `data` and `avro_hex`: errors name fields and positions, and contain
//! no values.
//!
//! Keys of the object that are not documented are ignored, so that lines with an id or with metadata need no preparation. A
//! key that occurs twice is an error, and so is a blank line. A line may end with CRLF, and the last line needs no line
//! break. The output is UTF-8. Characters that some readers take for line breaks (U+0085, U+2028 and U+2029) are escaped.
//!
//! # JSON of `list`
//!
//! An array of objects, sorted by event type. Each object has:
//!
//! * `event_type`, `constant`, `subdomain`, `minor_version`, `description`, `file` and `line`;
//! * `data`, an array of `{"key": …, "type": …}` with Rust's types;
//! * `receivers`, an array of `{"name": …, "module_path": …, "file": …, "line": …, "order": …}` in the order in which they run;
//! * `key_field`, `repository`, `local_only` (the reason) and `deprecated` (`{"since": …, "note": …}`), each of which may be
//!   null.
//!
//! # Exit codes
//!
//! | code | |
//! |---|---|
//! | 0 | success |
//! | 1 | success, but with findings, or with errors in lines or keys |
//! | 2 | failure: wrong arguments, or something cannot be read or written |
//! | 3 to 7, 130 | why `consume-events` ended: see its `--help` |
//! | 141 | the reader of the output closed it (128 + `SIGPIPE`, as for other programs) |

// One command per file. This folder uses the rest of the crate, and only `src/bin` uses it.

mod args;
mod check;
mod check_bus;
mod consume_events;
mod decode;
mod dlq;
mod encode;
mod event_json;
mod existing;
mod find;
mod finding_lines;
mod generate_avro_schemas;
mod lag;
mod lines;
mod list;
mod logging;
mod parse_keys;
mod pending;
mod produce_event;
mod replays;
mod result;
mod schema_file;
mod seek;
mod show;
mod signals;
mod tail;
mod times;

use std::{
    env,
    ffi::OsStr,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::{
    lines::answer_all,
    result::{CommandError, CommandResult, Done},
};

/// The commands, as a [`Subcommand`] of clap 4. A service can add them to its own commands.
///
/// ```
/// use std::process::ExitCode;
///
/// use clap::Parser;
/// use openedx_events::management;
///
/// /// The library of Springfield.
/// #[derive(Parser)]
/// enum Cli {
///     /// Serve the catalogue to readers.
///     Serve,
///     /// Commands about events.
///     #[command(subcommand)]
///     Events(management::Command),
/// }
///
/// fn run(cli: Cli) -> ExitCode {
///     match cli {
///         Cli::Serve => serve(),
///         Cli::Events(command) => command.run(),
///     }
/// }
///
/// # fn serve() -> ExitCode {
/// #     ExitCode::SUCCESS
/// # }
/// # assert_eq!(
/// run(Cli::parse_from(["library", "events", "list"]))
/// # , ExitCode::SUCCESS);
/// ```
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// List the events of this program
    ///
    /// Prints a table with one event per line. With `--json`, prints an array with everything about each
    /// event except its nested fields and its schema.
    #[command(verbatim_doc_comment)]
    List(list::List),
    /// Print one event in full: data, documentation, receivers, schema.
    Show(show::Show),
    /// Write Avro schemas of events to files, as Python's command of the same name does
    ///
    /// Each file is named after its event type, with `+` in place of `.`, and ends in `_schema.avsc`. An existing file is
    /// replaced in one step, and no other file is touched. Prints the path of each file that it wrote.
    ///
    /// Contracts are the schemas in the folder `schemas` next to a `Cargo.toml`, and are never replaced.
    /// If DIR is such a folder, or a link to one, missing files are added (`_schema.N.avsc` for minor
    /// version N). If an existing contract differs from its event, nothing is written.
    #[command(alias = "generate_avro_schemas", verbatim_doc_comment)]
    GenerateAvroSchemas(generate_avro_schemas::GenerateAvroSchemas),
    /// Report mistakes in the events of this program, one finding per line.
    Check(check::Check),
    /// Turn Avro record dictionaries into Avro bytes, line by line
    ///
    /// Reads `{"event_type": …, "data": {…}}` from standard input, and writes
    /// `{"event_type": …, "avro_hex": …}`, with the bytes as hexadecimal digits. The answer to a line that
    /// cannot be encoded is `{"error": …, "line": …}`, and the command continues.
    #[command(verbatim_doc_comment, after_help = encode::EXAMPLE)]
    Encode,
    /// Turn Avro bytes into Avro record dictionaries, line by line
    ///
    /// Reads `{"event_type": …, "avro_hex": …}` from standard input, and writes
    /// `{"event_type": …, "data": {…}}`. Personal data is not redacted. The answer to a line that cannot be
    /// decoded is `{"error": …, "line": …}`, and the command continues. Bytes after the event are ignored,
    /// as in consumers.
    ///
    /// If a former release of Python's library wrote the bytes, a line may say so as its metadata does
    /// (`"sourcelib": [9, 12, 0]`). Events that had another schema then are read as today's.
    #[command(verbatim_doc_comment)]
    Decode(decode::Decode),
    /// Split opaque keys into their parts, line by line
    ///
    /// Reads `{"class": …, "key": …}` from standard input, and writes
    /// `{"class": …, "canonical": …, "parts": {…}}`: the key's class in Python, its text, and its
    /// parts. The answer to a refused key is `{"error": …}`. The answer to a line that cannot be parsed is
    /// `{"error": …, "line": …}`, and the command continues.
    ///
    /// The `class` to parse is `CourseKey`, `UsageKey`, `LearningContextKey`, `CCXLocator`,
    /// `LibraryLocatorV2`, `LibraryUsageLocatorV2`, `LibraryCollectionLocator` or
    /// `LibraryContainerLocator`.
    #[command(alias = "parse_keys", verbatim_doc_comment, after_help = parse_keys::EXAMPLE)]
    ParseKeys,
    /// Send an event, or one event per line, to a topic of the event bus.
    #[command(alias = "produce_event")]
    ProduceEvent(produce_event::ProduceEvent),
    /// Run the receivers of this program for the events of a topic, until stopped.
    #[command(alias = "consume_events")]
    // The largest one, in a box so that programs can have the commands as a variant of their own.
    ConsumeEvents(Box<consume_events::ConsumeEvents>),
    /// Print the entries of a topic as JSON lines, without a consumer group.
    Tail(tail::Tail),
    /// Print the entries that a consumer group has not acknowledged, as JSON lines.
    Pending(pending::PendingEntries),
    /// Print how far a consumer group is behind, as JSON lines.
    Lag(lag::LagOfGroup),
    /// List, replay or drop the dead letters of a consumer group.
    #[command(subcommand)]
    Dlq(dlq::Dlq),
    /// Move a consumer group to another position in its topic.
    Seek(seek::Seek),
}

/// Inspect and check Open edX events, convert them between JSON and Avro, and operate their event bus.
#[derive(Debug, Parser)]
#[command(
    name = "openedx-events",
    version = concat!(env!("CARGO_PKG_VERSION"), " (events of Python's openedx-events 11.2.0)"),
    after_help = "Exit codes:
  0    success
  1    success, but with findings, or with errors in lines or keys
  2    failure: wrong arguments, or something cannot be read or written
  141  the reader of the output closed it

`consume-events` has more: see its `--help`.

RUST_LOG sets what is logged to standard error, as in `RUST_LOG=warn,openedx_events=debug`. The default is `info`."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Runs the command that the arguments of the process name. It is the whole `main` of a service's own binary.
///
/// Logs go to standard error, unless the process has a `tracing` subscriber.
///
/// The [module](self) documents the exit codes, and has an example.
#[must_use = "`main` returns it"]
pub fn run() -> ExitCode {
    let program = env::args_os().next().map(PathBuf::from);
    let program = program.as_deref().and_then(Path::file_stem).and_then(OsStr::to_str).unwrap_or(NAME);
    let cli =
        named(Cli::command(), program).try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    match cli {
        Ok(cli) => {
            logging::install();
            cli.command.run()
        }
        Err(error) => {
            // Help may be piped to a reader that closes it early, which is fine.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2).into()
        }
    }
}

/// The remark in the help of a program without the catalogue about examples with an event of Open edX.
const NOT_LINKED: &str = "\n\nThis program does not have the events of Open edX (feature `catalog`): in the examples, replace the \
                          event with one of its own, as `list` prints them.";

/// The program's name in the examples of help.
const NAME: &str = "openedx-events";

/// Replaces the program's name in the examples by the one by which this program was called.
fn named(mut command: clap::Command, program: &str) -> clap::Command {
    if let Some(help) = command.get_after_help().map(ToString::to_string) {
        let mut help = help.replace(&format!("{NAME} "), &format!("{program} "));
        if cfg!(not(feature = "catalog")) && (help.contains("org.openedx.") || help.contains("COURSE_")) {
            help.push_str(NOT_LINKED);
        }
        command = command.after_help(help);
    }
    let names: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, |one| named(one, program)))
}

impl Command {
    /// Runs the command on the standard streams of the process.
    ///
    /// If it fails, it says why on standard error, like every command-line program.
    #[must_use = "`main` returns it"]
    pub fn run(self) -> ExitCode {
        // Standard output is not locked, because receivers and `--print` write from other threads.
        let mut out = BufWriter::new(io::stdout());
        let result = self.write_to(&mut out);
        // After a failure, the output before it is still written.
        let flushed = out.flush().map_err(CommandError::from);
        let result = result.and_then(|done| flushed.map(|()| done));
        result.map_or_else(CommandError::report, Done::exit_code)
    }

    fn write_to(self, out: &mut dyn Write) -> CommandResult {
        if !matches!(self, Self::Check(_)) {
            check::require_one_definition_a_type()?;
        }
        match self {
            Self::List(list) => list.run(out),
            Self::Show(show) => show.run(out),
            Self::GenerateAvroSchemas(generate) => generate.run(out),
            Self::Check(check) => check.run(out),
            Self::Encode => answer_all(out, encode::answer),
            Self::Decode(decode) => decode.run(out),
            Self::ParseKeys => answer_all(out, parse_keys::answer),
            Self::ProduceEvent(produce) => produce.run(out),
            Self::ConsumeEvents(consume) => consume.run(out),
            Self::Tail(tail) => tail.run(out),
            Self::Pending(pending) => pending.run(out),
            Self::Lag(lag) => lag.run(out),
            Self::Dlq(dlq) => dlq.run(out),
            Self::Seek(seek) => seek.run(out),
        }
    }
}
