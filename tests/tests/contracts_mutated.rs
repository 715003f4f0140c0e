//! Compiles events of the catalogue against contracts with one breaking change each, of every kind and at every place. Each must
//! give exactly one error that names the place. Allowed additions must compile.
//!
//! All events are in one generated package, and the test counts cargo's messages. `CONTRACTS=all` covers all events, as in
//! `tests/all/contracts.sh`; by default it covers one in 18.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use openedx_events::{EventDefinition, registry};
use serde_json::{Value, json};

/// A contract that the event breaks.
struct Mutant {
    /// The required part of the message.
    says: String,
    contract: Value,
}

#[test]
fn every_break_is_refused_once() {
    let mut package = Package::new("contracts-mutated");
    let mut expected = BTreeMap::new();
    for event in events() {
        for Mutant { says, contract } in mutants(&contract_of(event)) {
            let name = format!("m{}", expected.len());
            package.define(event, &name, 0, "", &[(0, contract)]);
            expected.insert(name, says);
        }
    }
    assert!(expected.len() > 100, "{}", expected.len());
    let errors = package.check();
    let mut wrong = Vec::new();
    for (name, says) in &expected {
        let messages = errors.get(name).map_or(&[][..], Vec::as_slice);
        if messages.len() != 1 || !messages[0].contains(says.as_str()) {
            wrong.push(format!("{name}: expected one error with {says:?}, got {messages:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong\n{}", wrong.len(), expected.len(), wrong.join("\n"));
    assert_eq!(errors.keys().collect::<BTreeSet<_>>(), expected.keys().collect());
}

#[test]
fn every_allowed_addition_compiles() {
    let mut package = Package::new("contracts-added-to");
    for (index, event) in events().enumerate() {
        let contract = contract_of(event);
        let optional = "/// Added.\n    pub added: Option<String>,";
        let mut longer = contract.clone();
        let field = json!({"name": "added", "type": ["null", "string"], "default": null});
        longer["fields"].as_array_mut().unwrap().push(field);
        let published = [(0, contract.clone()), (1, longer)];
        package.define(event, &format!("m{index}_optional"), 1, optional, &published);
        let default = "/// Added.\n    #[event(default)]\n    pub added: i64,";
        package.define(event, &format!("m{index}_default"), 2, default, &[(0, contract.clone())]);
        package.define(event, &format!("m{index}_same"), 0, "", &[(0, contract)]);
    }
    let errors = package.check();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Returns the events of the catalogue that have a contract.
fn events() -> impl Iterator<Item = &'static EventDefinition> {
    let all = env::var_os("CONTRACTS").is_some_and(|value| value == "all");
    let of_catalogue = registry::events().filter(|event| event.module_path().starts_with("openedx_events::"));
    let with_contract = of_catalogue.filter(|event| event.schema_string().is_some());
    with_contract.step_by(if all { 1 } else { 18 })
}

fn contract_of(event: &EventDefinition) -> Value {
    let name = format!("{}_schema.avsc", event.event_type().replace('.', "+"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/schemas").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Collects the paths of all records, as JSON pointers and as in messages.
fn records(record: &Value, pointer: &str, path: &str, found: &mut Vec<(String, String)>) {
    found.push((pointer.to_owned(), path.to_owned()));
    for (index, field) in record["fields"].as_array().unwrap().iter().enumerate() {
        let mut pointer = format!("{pointer}/fields/{index}/type");
        let dot = if path.is_empty() { "" } else { "." };
        let mut path = format!("{path}{dot}{}", field["name"].as_str().unwrap());
        let mut ty = &field["type"];
        loop {
            let part = if ty.is_array() {
                "1"
            } else if ty["type"] == "array" {
                "items"
            } else {
                "values"
            };
            let inner = if ty.is_array() { &ty[1] } else { &ty[part] };
            if inner.is_null() {
                break;
            }
            path.push_str(if ty.is_array() { "" } else { "[]" });
            write!(pointer, "/{part}").unwrap();
            ty = inner;
        }
        if ty["type"] == "record" {
            records(ty, &pointer, &path, found);
        }
    }
}

fn mutants(contract: &Value) -> Vec<Mutant> {
    let mut places = Vec::new();
    records(contract, "", "", &mut places);
    let mut mutants = Vec::new();
    for (pointer, path) in &places {
        let fields = contract.pointer(&format!("{pointer}/fields")).unwrap().as_array().unwrap();
        let dot = if path.is_empty() { "" } else { "." };
        let mut with = |says: String, change: &dyn Fn(&mut Vec<Value>)| {
            let mut mutant = contract.clone();
            change(mutant.pointer_mut(&format!("{pointer}/fields")).unwrap().as_array_mut().unwrap());
            if is_complete(&mutant, &mut BTreeSet::new()) {
                mutants.push(Mutant { says, contract: mutant });
            }
        };
        let gone = || json!({"name": "gone", "type": "boolean"});
        with(format!("`{path}{dot}gone` was removed"), &|fields| fields.insert(0, gone()));
        with(format!("`{path}{dot}gone` was removed"), &|fields| fields.push(gone()));
        for (index, field) in fields.iter().enumerate() {
            let name = field["name"].as_str().unwrap();
            let here = format!("{path}{dot}{name}");
            let is_optional = field.get("default").is_some();
            with(format!("`{here}` was "), &|fields| drop(fields.remove(index)));
            with(format!("`{here}_old` was renamed to `{name}`"), &|fields| {
                fields[index]["name"] = json!(format!("{name}_old"));
            });
            with(format!("`{here}` was retyped from `fixed"), &|fields| {
                fields[index] = json!({"name": name, "type": {"type": "fixed", "name": "fixed", "size": 2}});
            });
            for ty in ["boolean", "long", "double", "string", "bytes", "int"] {
                let is_same = field["type"] == ty || field["type"][1] == ty;
                if !is_same {
                    with(format!("`{here}` was retyped from `{ty}` to `"), &|fields| {
                        fields[index] = json!({"name": name, "type": ty});
                    });
                }
            }
            let required = if is_optional { field["type"][1].clone() } else { field["type"].clone() };
            with(format!("`{here}` was "), &|fields| {
                fields[index] = if is_optional {
                    json!({"name": name, "type": required})
                } else {
                    json!({"name": name, "type": ["null", required], "default": null})
                };
            });
            with(format!("`{here}"), &|fields| {
                fields[index] = json!({"name": name, "type": {"type": "array", "items": {"type": "array", "items": "bytes"}}});
            });
            with(format!("`{here}` was retyped from `"), &|fields| {
                fields[index]["default"] = json!("something");
            });
            if index > 0 {
                with(format!("`{path}{dot}"), &|fields| fields.swap(index - 1, index));
                with(format!("`{here}` was moved"), &|fields| {
                    let field = fields.remove(index);
                    fields.insert(0, field);
                });
            }
        }
        if !path.is_empty() {
            let mut mutant = contract.clone();
            let name = mutant.pointer(&format!("{pointer}/name")).unwrap().as_str().unwrap().to_owned();
            rename(&mut mutant, &name, "FormerData");
            let says = format!("record `FormerData` in `{path}` was renamed to `{name}`");
            mutants.push(Mutant { says, contract: mutant });
        }
    }
    mutants
}

/// Renames a record and all references to it.
fn rename(schema: &mut Value, from: &str, to: &str) {
    match schema {
        Value::String(name) if name == from => to.clone_into(name),
        Value::Array(parts) => parts.iter_mut().for_each(|part| rename(part, from, to)),
        Value::Object(object) => object.values_mut().for_each(|part| rename(part, from, to)),
        _ => {}
    }
}

/// Returns true if every record is defined before the references to it: a change can move or remove a definition.
fn is_complete(schema: &Value, defined: &mut BTreeSet<String>) -> bool {
    const PRIMITIVES: [&str; 7] = ["null", "boolean", "long", "double", "string", "bytes", "int"];
    match schema {
        Value::String(name) => PRIMITIVES.contains(&name.as_str()) || defined.contains(name),
        Value::Array(union) => union.iter().all(|part| is_complete(part, defined)),
        schema if schema["type"] == "record" => {
            defined.insert(schema["name"].as_str().unwrap().to_owned());
            schema["fields"].as_array().unwrap().iter().all(|field| is_complete(&field["type"], defined))
        }
        schema if schema["type"] == "array" => is_complete(&schema["items"], defined),
        schema if schema["type"] == "map" => is_complete(&schema["values"], defined),
        _ => true,
    }
}

/// The number of events per program, which limits the compiler's memory. Programs are checked in parallel.
const EVENTS_OF_PROGRAM: usize = 200;

/// A generated package of programs that define events.
struct Package {
    folder: PathBuf,
    events: Vec<String>,
}

impl Package {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
        for of_this_run in ["schemas", "src"] {
            let _ = fs::remove_dir_all(folder.join(of_this_run));
        }
        fs::create_dir_all(folder.join("schemas")).unwrap();
        fs::create_dir_all(folder.join("src/bin")).unwrap();
        let runtime = root.join("runtime");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\nopenedx-events = {{ path = {:?} }}\n",
            runtime.display().to_string()
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        // Use the versions of the workspace, which need no network.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        fs::copy(root.join("rust-toolchain.toml"), folder.join("rust-toolchain.toml")).unwrap();
        Self { folder, events: Vec::new() }
    }

    /// Adds an event with the data of `like` followed by `added`, and its published contracts.
    fn define(
        &mut self,
        like: &EventDefinition,
        name: &str,
        minor_version: u32,
        added: &str,
        published: &[(u32, Value)],
    ) {
        let event_type = format!("com.example.learning.{name}.happened.v1");
        // From `openedx_events::catalog::learning::signals`; `catalog` is not part of the public path.
        let subdomain = like.module_path().split("::").nth(2).unwrap();
        let mut data = String::new();
        for key in like.data() {
            let (name, ty) = (key.name(), key.type_name());
            let is_waived = name.ends_with("_data");
            let waiver = if is_waived {
                "    #[event(allow(field_data_suffix, reason = \"upstream\"))]\n"
            } else {
                ""
            };
            writeln!(data, "    /// Copied.\n{waiver}    pub {name}: {ty},").unwrap();
        }
        self.events.push(format!(
            "mod {name} {{\n#[allow(unused_imports)]\nuse openedx_events::{{event, {subdomain}::data, {subdomain}::data::*, keys::*, *}};\n\
             /// Copied.\n#[event(type = \"{event_type}\", minor_version = {minor_version})]\n\
             pub struct Happened {{\n{data}    {added}\n}}\n}}\n"
        ));
        for (minor_version, contract) in published {
            let mut contract = contract.clone();
            contract["namespace"] = json!(event_type);
            let minor = if *minor_version > 0 { format!(".{minor_version}") } else { String::new() };
            let file = format!("schemas/{}_schema{minor}.avsc", event_type.replace('.', "+"));
            fs::write(self.folder.join(file), contract.to_string()).unwrap();
        }
    }

    /// Returns the errors by event. Other errors fail the test.
    fn check(&self) -> BTreeMap<String, Vec<String>> {
        for (index, events) in self.events.chunks(EVENTS_OF_PROGRAM).enumerate() {
            let source = format!("#![allow(dead_code)]\nfn main() {{}}\n{}", events.concat());
            fs::write(self.folder.join(format!("src/bin/part_{index}.rs")), source).unwrap();
        }
        let output = Command::new(env!("CARGO"))
            .args(["check", "--bins", "--keep-going", "--offline", "--quiet", "--message-format=json"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("downstream"))
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut is_finished = false;
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            is_finished |= line["reason"] == "build-finished";
            let message = &line["message"];
            let text = message["message"].as_str().unwrap_or_default();
            if message["level"] != "error" || text.starts_with("aborting due to") {
                continue;
            }
            let name = text.split("`com.example.learning.").nth(1).and_then(|rest| rest.split('.').next());
            let name = name.unwrap_or_else(|| panic!("{}", message["rendered"].as_str().unwrap_or_default()));
            errors.entry(name.to_owned()).or_default().push(text.lines().next().unwrap().to_owned());
        }
        assert!(is_finished, "{}", String::from_utf8_lossy(&output.stderr));
        errors
    }
}
