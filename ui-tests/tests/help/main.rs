//! Checks that our advice leads to a program that compiles.
//!
//! For each case in `fail`, this test follows the `help:` of all its messages and compiles the result. If a help offers
//! several ways, it tries each of them. All results are modules of one crate, so that this takes seconds.

mod advice;
mod apply;
mod edits;
mod left;
mod messages;
mod source;
mod types;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use self::{apply::Place, edits::Edit, messages::Messages, source::Source};

#[test]
fn help_leads_to_a_program_that_compiles() {
    let mut results = Results::default();
    for case in cases() {
        results.follow(&case);
    }
    let Results { programs, instructions, unpublished, mut wrong } = results;
    wrong.extend(left::unused(&instructions));
    wrong.extend(compile(&programs, &unpublished));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(programs.len() > 150, "only {} programs follow a help", programs.len());
}

const IMPORTS: &str = "use openedx_events::learning::{data::*, signals::*};\n";

/// The results of the help of all cases.
#[derive(Default)]
struct Results {
    /// The programs by the name of their modules.
    programs: BTreeMap<String, String>,
    instructions: Vec<String>,
    /// Contracts that a help says to delete.
    unpublished: Vec<String>,
    wrong: Vec<String>,
}

/// A program that does not compile, and the compiler's messages.
struct Case {
    /// Such as `payload/field_type`.
    name: String,
    /// The name of its modules.
    module: String,
    text: String,
    stderr: String,
}

fn fail() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fail")
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for group in entries(&fail()) {
        for path in entries(&group).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"))
        {
            let name = path.strip_prefix(fail()).expect("a case").with_extension("").display().to_string();
            let read = |path: &Path| {
                fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            };
            let module = name.replace('/', "_");
            cases.push(Case {
                module,
                name,
                text: read(&path),
                stderr: read(&path.with_extension("stderr")),
            });
        }
    }
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of the cases");
    entries.map(|entry| entry.expect("an entry of the folder").path()).collect()
}

impl Results {
    /// Adds the programs that the help of a case leads to: number N follows way number N of each help.
    fn follow(&mut self, case: &Case) {
        if left::is_left_case(&case.name) {
            return;
        }
        let messages = match messages::read(&case.stderr) {
            Messages::Ours(messages) => messages,
            Messages::OfTheCompiler => return,
            Messages::WithoutHelp(what) => {
                self.wrong.push(format!("{}: a message has no help: {what}", case.name));
                return;
            }
        };
        let source = Source::new(&case.text);
        let mut advice = Vec::new();
        for message in &messages {
            let place = Place { source: &source, message, at: source.offset(message.line, message.column) };
            let ways = message.help.iter().flat_map(|help| advice::ways(help));
            let mut ways: Vec<_> = ways.filter_map(|way| self.edits(case, &place, &way)).collect();
            if ways.is_empty() {
                ways.extend(place.leave_out());
            }
            advice.push(ways);
        }
        let most = advice.iter().map(Vec::len).max().unwrap_or_default();
        for number in 0..most {
            let edits = advice.iter().flat_map(|ways| ways[number.min(ways.len() - 1)].clone()).collect();
            self.programs.insert(format!("{}_{number}", case.module), edited(case, edits));
        }
    }

    /// Returns the changes that follow all instructions of a way, or `None` if one is left to the reader.
    fn edits(&mut self, case: &Case, place: &Place<'_>, way: &[String]) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        for instruction in way {
            self.instructions.push(instruction.clone());
            if instruction.starts_with("delete it") || instruction.starts_with("name minor version 0") {
                let name = advice::captures("{}contract `schemas/{}`{}", &place.message.what)?;
                self.unpublished.push(name[1].to_owned());
            }
            if left::is_left(instruction) {
                return None;
            }
            match apply::apply(place, instruction) {
                Some(more) => edits.extend(more),
                None => {
                    let (case, line) = (&case.name, place.message.line);
                    self.wrong
                        .push(format!("{case}:{line}: the test cannot follow the help `{instruction}`"));
                    return None;
                }
            }
        }
        Some(edits)
    }
}

/// Returns the text with the changes. A change inside of another one is part of it.
fn edited(case: &Case, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
    edits.dedup();
    let mut text = String::new();
    let mut end = 0;
    for Edit { range, text: new } in edits {
        if range.start < end {
            continue;
        }
        text.push_str(&case.text[end..range.start]);
        text.push_str(&new);
        end = range.end;
    }
    text + &case.text[end..]
}

/// Compiles the programs, and returns the compiler's errors.
fn compile(programs: &BTreeMap<String, String>, unpublished: &[String]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above this package");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("help");
    write_package(&package, root, programs, unpublished);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--message-format=json"])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let messages = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let errors: Vec<String> = messages
        .filter(|message| message["reason"] == "compiler-message" && message["message"]["level"] == "error")
        .filter_map(|message| Some(message["message"]["rendered"].as_str()?.to_owned()))
        .collect();
    assert!(output.status.success() || !errors.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    errors
}

fn write_package(package: &Path, root: &Path, programs: &BTreeMap<String, String>, unpublished: &[String]) {
    let write = |path: &Path, text: &str| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder in the target directory");
        fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    };
    let manifest = format!(
        "[package]\nname = \"help\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         openedx-events = {{ path = {:?} }}\nserde_json = \"1\"\n",
        root.join("runtime").display().to_string(),
    );
    let _ = fs::remove_dir_all(package.join("src"));
    let _ = fs::remove_dir_all(package.join("schemas"));
    let mut modules = String::from("#![allow(warnings)]\n");
    for (module, text) in programs {
        modules.extend(["mod ", module.as_str(), ";\n"]);
        // A case is a crate; here it is a module. The reader imports what the help names.
        write(
            &package.join("src").join(module).with_extension("rs"),
            &(text.replace("crate::", &format!("crate::{module}::")) + IMPORTS),
        );
    }
    write(&package.join("src/lib.rs"), &modules);
    write(&package.join("Cargo.toml"), &manifest);
    for schema in entries(&root.join("ui-tests/schemas")) {
        let name = schema.file_name().expect("a name").to_string_lossy().into_owned();
        if !unpublished.contains(&name) {
            write(&package.join("schemas").join(name), &fs::read_to_string(&schema).expect("a contract"));
        }
    }
    // With the workspace's versions, nothing needs the network.
    for file in ["Cargo.lock", "rust-toolchain.toml"] {
        fs::copy(root.join(file), package.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
}
