//! The commands as part of another program.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use openedx_events::management;

/// The library of Springfield.
#[derive(Parser)]
#[command(name = "library", version = "7.8")]
enum Cli {
    /// Serve the catalogue to readers.
    Serve,
    /// Ask about events.
    #[command(flatten)]
    Events(management::Command),
}

#[test]
fn commands_are_listed_with_the_other_commands() {
    let help = Cli::command().render_help().to_string();
    assert!(help.starts_with("The library of Springfield"), "{help}");
    for command in ["serve", "list", "generate-avro-schemas", "parse-keys"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    Cli::command().debug_assert();
}

#[test]
fn joined_commands_run() {
    let Cli::Events(command) = Cli::parse_from(["library", "show", "BOOK_LOST"]) else {
        panic!("the wrong command")
    };
    assert_eq!(command.run(), ExitCode::from(2));
    assert!(matches!(Cli::parse_from(["library", "serve"]), Cli::Serve));
}
