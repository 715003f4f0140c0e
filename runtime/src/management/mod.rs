//! The command line: what a person or a script can ask of the events in a program.
//!
//! The program `openedx-events` (`cargo install openedx-events --features cli`) knows Open edX's own events.
//! A service has events and receivers besides, and so wants the commands in a binary of its own, as a Django
//! project has its `manage.py`:
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
//! | command | does |
//! |---|---|
//! | `list` | lists all events, as a table or as JSON |
//! | `show` | prints what is known of one event |
//! | `generate-avro-schemas` | writes Avro schemas, to Python's file names |
//! | `check` | reports what is wrong with the events of the program |
//! | `encode`, `decode` | turn Avro record dictionaries into Avro bytes and back, line by line |
//! | `parse-keys` | takes opaque keys apart, line by line |
//! | `produce-event` | sends events to a topic |
//! | `consume-events` | runs the receivers of the program for the events of topics |
//! | `tail`, `pending`, `dlq`, `seek` | operate on a topic and its groups |
//!
//! Each answers to Python's spelling, with underscores, too; `--help` has an example of each.
//!
//! # Lines
//!
//! `encode`, `decode` and `parse-keys` read JSON objects from standard input, one a line, and write one line
//! for each line: line 7 of the output is about line 7 of the input. They hold one line at a time, so that the
//! input may be of any size.
//!
//! | command | in | out |
//! |---|---|---|
//! | `encode` | `{"event_type": …, "data": {…}}` | `{"event_type": …, "avro_hex": …}` |
//! | `decode` | `{"event_type": …, "avro_hex": …}` | `{"event_type": …, "data": {…}}` |
//! | `parse-keys` | `{"class": …, "key": …}` | `{"class": …, "canonical": …, "parts": {…}}` |
//!
//! For a line that cannot be done there is `{"error": …, "line": …}`, and the rest go on. A key that is refused is a
//! result: `{"error": …}`. All that `encode` and `decode` write about values is in `data` and `avro_hex`: errors name
//! fields and places, and hold no values.
//!
//! Keys of the object that are not in the table are ignored, so that lines from elsewhere, with an id or with
//! metadata, need no preparation; a key there twice is an error. Blank lines are no JSON, and so have errors. A
//! line may end with CRLF, and the last one with nothing. The output is UTF-8, and has no line breaks but those
//! between lines, whatever a reader takes for one: U+0085, U+2028 and U+2029 are escaped.
//!
//! # JSON of `list`
//!
//! An array of objects, by event type. Each has `event_type`, `constant`, `subdomain`, `minor_version`, `description`,
//! `file` and `line`; `data`, an array of `{"key": …, "type": …}` with the types of Rust; `receivers`, an array of
//! `{"name": …, "module_path": …, "file": …, "line": …, "order": …}` in the order in which they run; and, each null where
//! there is none, `key_field`, `repository`, `local_only` (the reason) and `deprecated` (`{"since": …, "note": …}`).
//!
//! # Exit codes
//!
//! | code | |
//! |---|---|
//! | 0 | done |
//! | 1 | done, and there are findings, or lines or keys that have an error |
//! | 2 | not done: wrong arguments, or something that cannot be read or written |
//! | 3 to 6, 130 | why `consume-events` ended: see its `--help` |
//! | 141 | the reader of the output closed it (128 + `SIGPIPE`, as a shell has it from other programs) |

mod bus;
mod check;
mod check_bus;
mod consume_events;
mod decode;
mod dlq;
mod encode;
mod find;
mod generate_avro_schemas;
mod lines;
mod list;
mod logging;
mod outcome;
mod parse_keys;
mod pending;
mod produce_event;
mod progress;
mod redact;
mod schema_file;
mod seek;
mod show;
mod tail;

use std::{
    env,
    ffi::OsStr,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::outcome::{CommandResult, Failure, Outcome};

/// The commands: a [`Subcommand`] of clap 4, which a service can join to its own.
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
    /// List the events of this program.
    ///
    /// A table with one event a line, or with `--json` an array with all that is known of each event but
    /// its nested fields and its schema.
    #[command(verbatim_doc_comment)]
    List(list::List),
    /// Print what is known of one event: data, documentation, receivers, schema.
    Show(show::Show),
    /// Write Avro schemas of events to files, as Python's command of this name does.
    ///
    /// The file of an event is its type with `+` for `.`, and `_schema.avsc`. A file that is there is
    /// replaced at once, not bit by bit, and no other file is touched. Prints the path of each file that
    /// it wrote.
    ///
    /// Contracts, the schemas in the folder `schemas` beside a `Cargo.toml`, are never replaced. Where
    /// DIR is such a folder, or a link to one, files that are missing are added (`_schema.N.avsc` for
    /// minor version N), and if one that is there says something else, nothing is written.
    #[command(alias = "generate_avro_schemas", verbatim_doc_comment)]
    GenerateAvroSchemas(generate_avro_schemas::GenerateAvroSchemas),
    /// Report what is wrong with the events of this program, one finding a line.
    Check(check::Check),
    /// Turn Avro record dictionaries into Avro bytes, line by line.
    ///
    /// Reads `{"event_type": …, "data": {…}}` from standard input, and writes
    /// `{"event_type": …, "avro_hex": …}`, the bytes as hexadecimal digits. A line that cannot be done is
    /// answered with `{"error": …, "line": …}`, and the rest go on.
    #[command(verbatim_doc_comment)]
    Encode(encode::Encode),
    /// Turn Avro bytes into Avro record dictionaries, line by line.
    ///
    /// Reads `{"event_type": …, "avro_hex": …}` from standard input, and writes
    /// `{"event_type": …, "data": {…}}`, with the personal data of the event in clear. A line that cannot
    /// be done is answered with `{"error": …, "line": …}`, and the rest go on. Bytes that follow the event
    /// are ignored, as everywhere.
    #[command(verbatim_doc_comment)]
    Decode(decode::Decode),
    /// Take opaque keys apart, line by line.
    ///
    /// Reads `{"class": …, "key": …}` from standard input, and writes
    /// `{"class": …, "canonical": …, "parts": {…}}`: the class that Python makes of the key, its text, and
    /// its parts. A key that is refused is answered with `{"error": …}`, a line that cannot be done with
    /// `{"error": …, "line": …}`, and the rest go on.
    ///
    /// The class that is asked for is `CourseKey`, `UsageKey`, `LearningContextKey`, `CCXLocator`,
    /// `LibraryLocatorV2`, `LibraryUsageLocatorV2`, `LibraryCollectionLocator` or
    /// `LibraryContainerLocator`.
    #[command(alias = "parse_keys", verbatim_doc_comment)]
    ParseKeys(parse_keys::ParseKeys),
    /// Send an event, or one a line, to a topic of the event bus.
    #[command(alias = "produce_event")]
    ProduceEvent(produce_event::ProduceEvent),
    /// Run the receivers of this program for the events of a topic, until told to stop.
    #[command(alias = "consume_events")]
    ConsumeEvents(consume_events::ConsumeEvents),
    /// Print the entries of a topic as JSON lines, without any consumer group.
    Tail(tail::Tail),
    /// Print what the members of a consumer group have in hand, as JSON lines.
    Pending(pending::PendingEntries),
    /// Look at the dead letters of a consumer group, try them again, or drop them.
    #[command(subcommand)]
    Dlq(dlq::Dlq),
    /// Move a consumer group to another place in its topic.
    Seek(seek::Seek),
}

/// Ask about Open edX events, check them, and translate them between JSON and Avro.
#[derive(Debug, Parser)]
#[command(
    name = "openedx-events",
    version = concat!(env!("CARGO_PKG_VERSION"), " (events of Python's openedx-events 11.2.0)"),
    after_help = "Exit codes:
  0    done
  1    done, and there are findings, or lines or keys that have an error
  2    not done: wrong arguments, or something that cannot be read or written
  141  the reader of the output closed it

`consume-events` has more: see its `--help`.

RUST_LOG says what is logged to standard error, as in `RUST_LOG=warn,openedx_events=debug`; `info` unless set."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Runs the command that the arguments of the process name: the whole `main` of a service's own binary.
///
/// Logs go to standard error, unless the process has a `tracing` subscriber.
///
/// The [module](self) has the exit codes, and an example.
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
            // Help that nobody reads to its end is no failure.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2).into()
        }
    }
}

/// The name that the examples in help have for the program.
const NAME: &str = "openedx-events";

/// The same with the name by which this program was called.
fn named(mut command: clap::Command, program: &str) -> clap::Command {
    if let Some(help) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(help.replace(&format!("{NAME} "), &format!("{program} ")));
    }
    let names: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, |one| named(one, program)))
}

impl Command {
    /// Runs the command on the standard streams of the process.
    ///
    /// Like every command-line program it says on standard error why it could not be done.
    #[must_use = "`main` returns it"]
    pub fn run(self) -> ExitCode {
        // Not locked: receivers, and whoever prints events, write from other threads.
        let mut out = BufWriter::new(io::stdout());
        let result = self.write_to(&mut out);
        // Where a failure came later, what was written before it still counts.
        let flushed = out.flush().map_err(Failure::from);
        let result = result.and_then(|outcome| flushed.map(|()| outcome));
        result.map_or_else(|failure| failure.report(), Outcome::exit_code)
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
            Self::Encode(encode::Encode) => encode::run(out),
            Self::Decode(decode::Decode) => decode::run(out),
            Self::ParseKeys(parse_keys::ParseKeys) => parse_keys::run(out),
            Self::ProduceEvent(produce) => produce.run(out),
            Self::ConsumeEvents(consume) => consume.run(out),
            Self::Tail(tail) => tail.run(out),
            Self::Pending(pending) => pending.run(out),
            Self::Dlq(dlq) => dlq.run(out),
            Self::Seek(seek) => seek.run(out),
        }
    }
}
