use std::{fs, path::Path};

use openedx_events::registry;

use crate::{Folder, Ran, output_of, run, service};

const LENT_FILE: &str = "com+example+library+book+lent+v1_schema.avsc";

fn generate(arguments: &[&str], out: &Path) -> Ran {
    run(&[&["generate-avro-schemas"][..], arguments, &["--out", out.to_str().unwrap()]].concat())
}

/// Output of openedx-events 11.2.0.
const FROM_PYTHON: (&str, &str) = (
    "org+openedx+learning+course+enrollment+created+v1_schema.avsc",
    include_str!("from_python/org+openedx+learning+course+enrollment+created+v1_schema.avsc"),
);

#[test]
fn files_are_named_and_written_as_in_python() {
    let folder = Folder::new();
    let ran = generate(&["--all"], &folder.path("new/folder"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let names = folder.names("new/folder");
    let (name, text) = FROM_PYTHON;
    assert_eq!(fs::read_to_string(folder.path("new/folder").join(name)).unwrap(), text);
    let of_catalogue = registry::events()
        .filter(|event| event.event_type().starts_with("org.openedx.") && event.schema_string().is_some());
    // Three of the service's events have an Avro form.
    assert_eq!(names.len(), of_catalogue.count() + 3);
    assert!(names.iter().any(|name| name == "com+example+library+door+closed+v1_schema.avsc"));
    let printed: Vec<String> =
        names.iter().map(|name| folder.path("new/folder").join(name).display().to_string()).collect();
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, printed);
}

#[test]
fn events_can_be_named_by_type_or_constant() {
    let folder = Folder::new();
    let out = folder.path("out");
    let ran = generate(&["BOOK_LENT", "com.example.library.book.returned.v1"], &out);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(folder.names("out"), [LENT_FILE, "com+example+library+book+returned+v1_schema.avsc"]);

    fs::write(out.join(LENT_FILE), "old").unwrap();
    fs::write(out.join("other"), "other").unwrap();
    assert_eq!(generate(&["BOOK_LENT"], &out).code, 0);
    assert!(fs::read_to_string(out.join(LENT_FILE)).unwrap().starts_with("{\n  \"name\": \"CloudEvent\""));
    assert_eq!(fs::read_to_string(out.join("other")).unwrap(), "other");
    assert_eq!(folder.names("out").len(), 3);
}

#[test]
fn an_error_writes_nothing() {
    let folder = Folder::new();
    let ran = generate(&["BOOK_LENT", "BOOK_LEND"], &folder.path("out"));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: this program has no event `BOOK_LEND`\nhelp: "), "{}", ran.stderr);
    let ran = generate(&["BOOK_LENT", "DOOR_OPENED"], &folder.path("out"));
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: `com.example.library.door.opened.v1` has no Avro schema: its data has no Avro form\n\
         note: it is local only: its time has no meaning in other processes\n"
    );
    assert!(!folder.path("out").exists());
    assert_eq!(run(&["generate-avro-schemas", "BOOK_LENT", "--all"]).code, 2);

    fs::write(folder.path("file"), "").unwrap();
    let ran = generate(&["BOOK_LENT"], &folder.path("file"));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: cannot create `"), "{}", ran.stderr);
}

/// A copy of the folders of this workspace.
#[test]
fn contracts_next_to_a_workspace_are_refused_with_the_folder_of_the_package() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("tests/src/bin")).unwrap();
    for file in ["Cargo.toml", "tests/Cargo.toml", "tests/src/bin/service.rs"] {
        fs::write(folder.path(file), "").unwrap();
    }
    let mut generate = service();
    generate.current_dir(folder.path("."));
    let arguments = ["generate-avro-schemas", "BOOK_LENT", "BOOK_RETURNED", "--out", "schemas"];
    let ran = output_of(generate.args(arguments), b"");
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: nothing would read the contracts in `schemas`\n\
         note: an event is compared with the contracts in the folder of the package that defines it (ADR-6)\n\
         help: write them to that folder:\n  \
         generate-avro-schemas BOOK_LENT BOOK_RETURNED --out tests/schemas\n"
    );
    assert!(!folder.path("schemas").exists());

    let ran = generate_in(&folder, "tests/schemas");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(folder.names("tests/schemas").len(), 1);
    let ran = generate_in(&folder, "elsewhere");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

fn generate_in(workspace: &Folder, out: &str) -> Ran {
    let mut generate = service();
    generate.current_dir(workspace.path("."));
    output_of(generate.args(["generate-avro-schemas", "BOOK_LENT", "--out", out]), b"")
}

fn crate_with(contract: &str) -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("Cargo.toml"), "").unwrap();
    fs::create_dir(folder.path("schemas")).unwrap();
    fs::write(folder.path("schemas").join(RETURNED_FILE), contract).unwrap();
    folder
}

const RETURNED_FILE: &str = "com+example+library+book+returned+v1_schema.avsc";

fn assert_refused(folder: &Folder, out: &Path, contract: &str) {
    let ran = generate(&["BOOK_LENT", "BOOK_RETURNED"], out);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.starts_with("error: contracts differ from the schemas"), "{}", ran.stderr);
    assert!(ran.stderr.contains(RETURNED_FILE) && !ran.stderr.contains("lent"), "{}", ran.stderr);
    assert_eq!(folder.names("schemas"), [RETURNED_FILE]);
    assert_eq!(fs::read_to_string(folder.path("schemas").join(RETURNED_FILE)).unwrap(), contract);
}

#[test]
fn a_contract_is_never_replaced() {
    for contract in ["{}", "not JSON", ""] {
        let folder = crate_with(contract);
        assert_refused(&folder, &folder.path("schemas"), contract);
        assert_refused(&folder, &folder.path("schemas/../schemas/."), contract);
    }
}

#[cfg(unix)]
#[test]
fn contracts_are_not_replaced_through_links() {
    use std::os::unix::fs::symlink;

    let folder = crate_with("{}");
    symlink("schemas", folder.path("link")).unwrap();
    assert_refused(&folder, &folder.path("link"), "{}");

    // A link to a contract is replaced, but not the contract.
    fs::create_dir(folder.path("out")).unwrap();
    symlink(folder.path("schemas").join(RETURNED_FILE), folder.path("out").join(RETURNED_FILE)).unwrap();
    let hard = "com+example+library+book+lent+v1_schema.avsc";
    fs::hard_link(folder.path("schemas").join(RETURNED_FILE), folder.path("out").join(hard)).unwrap();
    assert_eq!(generate(&["BOOK_LENT", "BOOK_RETURNED"], &folder.path("out")).code, 0);
    assert_eq!(fs::read_to_string(folder.path("schemas").join(RETURNED_FILE)).unwrap(), "{}");
    assert!(!folder.path("out").join(RETURNED_FILE).is_symlink());

    // A dangling link exists, so it is kept like a contract.
    symlink("nowhere", folder.path("schemas").join("com+example+library+book+lent+v1_schema.2.avsc"))
        .unwrap();
    let ran = generate(&["BOOK_LENT"], &folder.path("schemas"));
    assert_eq!(ran.code, 2);
    assert_eq!(folder.names("schemas").len(), 2, "{:?}", folder.names("schemas"));
    assert!(!folder.path("schemas/nowhere").exists());
}

#[test]
fn missing_contracts_are_added() {
    let schema = {
        let folder = Folder::new();
        assert_eq!(generate(&["BOOK_RETURNED"], &folder.path("out")).code, 0);
        fs::read_to_string(folder.path("out").join(RETURNED_FILE)).unwrap()
    };
    // The same schema with different formatting.
    let contract: String = schema.split_whitespace().collect();
    let contract = contract.replace(
        "AvroEventFormatforCloudEventscreatedwith",
        "Avro Event Format for CloudEvents created with ",
    );
    let folder = crate_with(&contract);
    let ran = generate(
        &["BOOK_LENT", "BOOK_RETURNED", "com.example.library.book.lent.v1"],
        &folder.path("schemas"),
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lent = "com+example+library+book+lent+v1_schema.2.avsc";
    assert_eq!(ran.stdout, format!("{}\n", folder.path("schemas").join(lent).display()));
    assert_eq!(folder.names("schemas"), [lent, RETURNED_FILE]);
    assert_eq!(fs::read_to_string(folder.path("schemas").join(RETURNED_FILE)).unwrap(), contract);
}

#[test]
fn a_schemas_folder_outside_a_crate_is_not_special() {
    let folder = crate_with("{}");
    fs::remove_file(folder.path("Cargo.toml")).unwrap();
    assert_eq!(generate(&["BOOK_RETURNED"], &folder.path("schemas")).code, 0);
    assert_ne!(fs::read_to_string(folder.path("schemas").join(RETURNED_FILE)).unwrap(), "{}");
}
