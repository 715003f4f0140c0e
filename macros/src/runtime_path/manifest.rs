//! The name of the runtime among the dependencies of the package: `events`, if its `Cargo.toml` has
//! `events = { package = "openedx-events" }`.
//!
//! This module reads only the forms of TOML in which a dependency can be written. If it finds another form, the name is
//! unknown, and expansions use the name of the crate.

use std::{
    cell::{LazyCell, RefCell},
    env, fs,
    path::{Path, PathBuf},
};

/// The package's name for the runtime.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) enum RuntimeName {
    /// No `Cargo.toml` says what it is.
    #[default]
    Unknown,
    Own,
    Renamed(String),
    /// The package does not depend on it.
    Absent,
}

const PACKAGE: &str = "openedx-events";

thread_local! {
    /// The name in the file that was read last. If the file changes, cargo and editors start the macros again.
    static LAST: RefCell<Option<(PathBuf, RuntimeName)>> = const { RefCell::new(None) };
}

/// Returns the name in the `Cargo.toml` of the package that is compiled.
pub(super) fn find() -> RuntimeName {
    // Unit tests run without a compiler.
    if !proc_macro::is_available() {
        return RuntimeName::Own;
    }
    let Some(path) = manifest() else { return RuntimeName::Unknown };
    LAST.with_borrow_mut(|last| match last {
        Some((known, name)) if *known == path => name.clone(),
        _ => {
            let name = read(&path);
            *last = Some((path, name.clone()));
            name
        }
    })
}

/// Returns the path of the file. A script that cargo runs has none.
fn manifest() -> Option<PathBuf> {
    const FILE: &str = "Cargo.toml";
    match env::var_os("CARGO_MANIFEST_PATH").map(PathBuf::from) {
        Some(path) => path.ends_with(FILE).then_some(path),
        None => env::var_os("CARGO_MANIFEST_DIR").map(|folder| Path::new(&folder).join(FILE)),
    }
}

fn read(path: &Path) -> RuntimeName {
    let Ok(text) = fs::read_to_string(path) else { return RuntimeName::Unknown };
    let workspace = LazyCell::new(|| {
        let above = path.ancestors().skip(1).map(|folder| folder.join("Cargo.toml"));
        let workspaces = above.filter_map(|path| fs::read_to_string(path).ok());
        workspaces.map(|text| Dependencies::of(&text)).find(|manifest| manifest.is_workspace)
    });
    name_in(&Dependencies::of(&text), || workspace.as_ref())
}

fn name_in<'a>(manifest: &Dependencies, workspace: impl Fn() -> Option<&'a Dependencies>) -> RuntimeName {
    if manifest.package_name.as_deref() == Some(PACKAGE) {
        return RuntimeName::Own;
    }
    let mut name = RuntimeName::Absent;
    for dependency in &manifest.own {
        let package = if dependency.is_inherited {
            let Some(workspace) = workspace() else { return RuntimeName::Unknown };
            let inherited = workspace.shared.iter().find(|shared| shared.key == dependency.key);
            inherited.and_then(|shared| shared.package.as_ref())
        } else {
            dependency.package.as_ref()
        };
        if package.unwrap_or(&dependency.key).replace('_', "-") == PACKAGE {
            let key = dependency.key.replace('-', "_");
            if key == PACKAGE.replace('-', "_") {
                return RuntimeName::Own;
            }
            // Otherwise this reads a form of TOML that it does not know.
            let is_name = syn::parse_str::<syn::Ident>(&key).is_ok();
            name = if is_name { RuntimeName::Renamed(key) } else { RuntimeName::Unknown };
        }
    }
    name
}

/// The dependencies in a `Cargo.toml`.
#[derive(Default)]
struct Dependencies {
    package_name: Option<String>,
    is_workspace: bool,
    own: Vec<Dependency>,
    /// The dependencies that packages of the workspace can inherit.
    shared: Vec<Dependency>,
}

struct Dependency {
    key: String,
    /// The name of the package, if it is not the key.
    package: Option<String>,
    /// Whether it has `workspace = true`.
    is_inherited: bool,
}

impl Dependencies {
    fn of(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut table: Vec<String> = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = without_comment(line).to_owned();
            if let Some(header) = line.strip_prefix('[') {
                table = keys(header.trim_start_matches('[').split(']').next().unwrap_or_default());
                manifest.is_workspace |= table.first().is_some_and(|first| first == "workspace");
                // The table of a dependency may have no line that this reads.
                manifest.take(&table, "");
                continue;
            }
            // The value may go on over several lines.
            while !is_balanced(&line) {
                let Some(next) = lines.next() else { break };
                line.push_str(without_comment(next));
            }
            if let Some((key, value)) = line.split_once('=') {
                let path: Vec<String> = table.iter().cloned().chain(keys(key)).collect();
                manifest.take(&path, value.trim());
            }
        }
        manifest
    }

    /// Records what the value at `path` says about a dependency.
    fn take(&mut self, path: &[String], value: &str) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (list, rest) = match path[..] {
            ["package", "name"] => {
                self.package_name = Some(unquoted(value).to_owned());
                return;
            }
            ["workspace", "dependencies", ref rest @ ..] => (&mut self.shared, rest),
            [kind, ref rest @ ..] | ["target", _, kind, ref rest @ ..] if is_dependencies(kind) => {
                (&mut self.own, rest)
            }
            _ => return,
        };
        let [key, rest @ ..] = rest else { return };
        // A table with several lines is one dependency.
        let index = list.iter().position(|known| known.key == *key).unwrap_or_else(|| {
            list.push(Dependency { key: (*key).to_owned(), package: None, is_inherited: false });
            list.len() - 1
        });
        let fields: Vec<(String, &str)> = match rest {
            [field] => vec![((*field).to_owned(), value)],
            _ => inline_table(value),
        };
        for (field, value) in fields {
            match field.as_str() {
                "package" => list[index].package = Some(unquoted(value).to_owned()),
                "workspace" => list[index].is_inherited = value == "true",
                _ => {}
            }
        }
    }
}

fn is_dependencies(table: &str) -> bool {
    let kind = table.replace('_', "-");
    ["dependencies", "dev-dependencies", "build-dependencies"].contains(&kind.as_str())
}

/// Splits `a."b.c".d` into its keys.
fn keys(path: &str) -> Vec<String> {
    split(path, '.').iter().map(|key| unquoted(key.trim()).to_owned()).collect()
}

/// Returns the fields of `{ a = 1, b = "c" }`; none for another value.
fn inline_table(value: &str) -> Vec<(String, &str)> {
    let Some(fields) = value.strip_prefix('{').and_then(|value| value.strip_suffix('}')) else {
        return Vec::new();
    };
    let fields = split(fields, ',').into_iter().filter_map(|field| field.split_once('='));
    fields.map(|(key, value)| (unquoted(key.trim()).to_owned(), value.trim())).collect()
}

/// Splits at `sign`, except in strings, lists and tables.
fn split(text: &str, sign: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (offset, one) in outside(text) {
        if one == sign {
            parts.push(&text[start..offset]);
            start = offset + one.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Returns the characters of the text that are in no string, list or table, each with its offset.
fn outside(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut depth) = (None, 0);
    text.char_indices().filter(move |(_, one)| {
        match (quote, one) {
            (Some(open), one) if open == *one => quote = None,
            (None, '"' | '\'') => quote = Some(*one),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, _) => return depth == 0,
            (Some(_), _) => {}
        }
        false
    })
}

fn is_balanced(line: &str) -> bool {
    let mut marked = line.to_owned();
    marked.push('.');
    outside(&marked).any(|(offset, _)| offset == line.len())
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let comment = line.char_indices().find(|(_, one)| {
        match (quote, one) {
            (Some(open), one) if open == *one => quote = None,
            (None, '"' | '\'') => quote = Some(*one),
            (None, '#') => return true,
            _ => {}
        }
        false
    });
    line[..comment.map_or(line.len(), |(offset, _)| offset)].trim()
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::{Dependencies, RuntimeName, name_in};

    fn name(text: &str, workspace: Option<&str>) -> RuntimeName {
        let workspace = workspace.map(Dependencies::of);
        name_in(&Dependencies::of(text), || workspace.as_ref())
    }

    #[test]
    fn a_renamed_dependency_is_found_in_every_form() {
        for text in [
            "[dependencies]\nevents = { package = \"openedx-events\", version = \"1\" }",
            "[dependencies]\nserde = \"1\"\n\"events\" = { version = '1', features = [ # two\n  \"redis\",\n  \"cli\",\n], package = 'openedx-events' } # ours",
            "[dependencies.events]\nversion = \"1\"\npackage = \"openedx-events\"",
            "dependencies.events.package = \"openedx-events\"",
            "[dependencies]\nevents.version = \"1\"\nevents.package = \"openedx-events\"",
            "[target.'cfg(target_os = \"linux\")'.dependencies]\nevents = { package = \"openedx-events\" }",
            "[target.\"cfg(unix)\".dev-dependencies.events]\npackage = \"openedx-events\"",
            "[dev-dependencies]\nevents = { package = \"openedx-events\" }",
        ] {
            assert_eq!(name(text, None), RuntimeName::Renamed("events".to_owned()), "{text}");
        }
        let renamed = name("[dependencies]\nedx-events = { package = \"openedx-events\" }", None);
        assert_eq!(renamed, RuntimeName::Renamed("edx_events".to_owned()));
    }

    #[test]
    fn the_own_name_comes_first() {
        for text in [
            "[dependencies]\nopenedx-events = \"1\"",
            "[dependencies]\nopenedx_events = { version = \"1\" }",
            "[dependencies.openedx-events]\nversion = \"1\"",
            "[dependencies]\nold = { package = \"openedx-events\", version = \"0.9\" }\nopenedx-events = \"1\"",
            "[package]\nname = \"openedx-events\"\n[dependencies]\nserde = \"1\"",
            "[dependencies]\nopenedx-events.workspace = true",
        ] {
            assert_eq!(
                name(text, Some("[workspace.dependencies]\nopenedx-events = \"1\"")),
                RuntimeName::Own,
                "{text}"
            );
        }
    }

    #[test]
    fn the_workspace_knows_what_is_inherited() {
        let text = "[dependencies]\nevents.workspace = true\nserde = { workspace = true }";
        let workspace = "[workspace]\nmembers = [\n  \"a\",\n]\n[workspace.dependencies]\nserde = \"1\"\nevents = { package = \"openedx-events\", path = \"b\" }";
        assert_eq!(name(text, Some(workspace)), RuntimeName::Renamed("events".to_owned()));
        assert_eq!(name(text, Some("[workspace]\nmembers = []")), RuntimeName::Absent);
        assert_eq!(name(text, None), RuntimeName::Unknown);
    }

    #[test]
    fn a_package_may_not_depend_on_the_runtime() {
        for text in [
            "[package]\nname = \"a\"\n[dependencies]\nfacade = \"1\"",
            "[dependencies]\n# openedx-events = \"1\"\n",
            "[features]\nopenedx-events = []",
            "[dependencies]\nopenedx-events-macros = \"1\"",
            "",
        ] {
            assert_eq!(name(text, None), RuntimeName::Absent, "{text}");
        }
    }
}
