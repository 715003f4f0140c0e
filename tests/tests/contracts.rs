//! Contracts at run time: messages of earlier minor versions, and files that the compiler cannot see.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use openedx_events::{AvroType, BoxError, Event, codec, contracts, prelude::*, registry, testing};

/// Sent when a parcel is shipped. All contracts up to minor version 2 are in `tests/schemas`.
#[event(type = "com.example.shop.parcel.shipped.v1", minor_version = 2)]
#[derive(Default)]
pub struct ParcelShipped {
    /// The number of the parcel.
    pub number: i64,
    /// Weight in kilograms; since minor version 1.
    pub weight: Option<f64>,
    /// The carrier; since minor version 1.
    #[event(default = "post".to_owned())]
    pub carrier: String,
    /// A note on the parcel; since minor version 2.
    pub note: Option<String>,
}

/// The same event at minor version 0, as in an older service.
#[event(
    type = "com.example.shop.old_parcel.shipped.v1",
    name = "PARCEL_SHIPPED_FORMERLY",
    allow(name_mismatch, reason = "stands for the event in another service")
)]
pub struct ParcelShippedFormerly {
    /// The number of the parcel.
    pub number: i64,
}

/// Sent when a parcel is returned. By its contract, it has always had both data keys.
#[event(type = "com.example.shop.parcel.returned.v1")]
pub struct ParcelReturned {
    /// The number of the parcel.
    pub number: i64,
    /// The reason.
    pub note: Option<String>,
}

/// Sent when a parcel is lost. It has no contract, so nothing says when its data keys were added.
#[event(type = "com.example.shop.parcel.lost.v1", minor_version = 2)]
pub struct ParcelLost {
    /// The number of the parcel.
    pub number: i64,
    /// The place where it was last seen.
    pub place: String,
    /// The person who saw it.
    pub witness: Option<String>,
    /// Its value.
    #[event(default = 7)]
    pub worth: i64,
}

/// The shelf of a parcel, which need not be known.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf(Option<i64>);

impl AvroType for Shelf {
    type Repr = Option<i64>;

    fn to_repr(&self) -> Option<i64> {
        self.0
    }

    fn from_repr(repr: Option<i64>) -> Result<Self, BoxError> {
        Ok(Self(repr))
    }
}

/// The same, represented by another type that implements `AvroType`.
#[derive(Debug, Clone, PartialEq)]
pub struct Place(Shelf);

impl AvroType for Place {
    type Repr = <Shelf as AvroType>::Repr;

    fn to_repr(&self) -> Self::Repr {
        self.0.to_repr()
    }

    fn from_repr(repr: Self::Repr) -> Result<Self, BoxError> {
        Shelf::from_repr(repr).map(Self)
    }
}

/// A type with an optional form that accepts no null.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner(String);

impl AvroType for Owner {
    type Repr = Option<String>;

    fn to_repr(&self) -> Option<String> {
        Some(self.0.clone())
    }

    fn from_repr(repr: Option<String>) -> Result<Self, BoxError> {
        Ok(Self(repr.ok_or("the owner is unknown")?))
    }
}

/// Sent when a parcel is stored. Its contract of minor version 0 has only the number.
#[event(type = "com.example.shop.parcel.stored.v1", minor_version = 1)]
pub struct ParcelStored {
    /// The number of the parcel.
    pub number: i64,
    /// The shelf.
    pub shelf: Shelf,
    /// The place.
    pub place: Place,
}

/// Sent when a parcel is claimed. Its contract of minor version 0 has only the number.
#[event(type = "com.example.shop.parcel.claimed.v1", minor_version = 1)]
pub struct ParcelClaimed {
    /// The number of the parcel.
    pub number: i64,
    /// The owner.
    pub owner: Owner,
}

fn shipped(number: i64) -> ParcelShipped {
    ParcelShipped::builder()
        .number(number)
        .weight(Some(1.5))
        .carrier("rail")
        .note(Some("fragile".to_owned()))
        .build()
}

/// Returns the bytes of a parcel with a small number, and the end of each data key.
fn bytes_and_ends(event: &ParcelShipped) -> (Vec<u8>, [usize; 4]) {
    let bytes = codec::encode(event);
    let ends = [1, 1 + 9, 1 + 9 + 5, bytes.len()];
    (bytes, ends)
}

#[test]
fn messages_of_earlier_minor_versions_are_read() {
    let (bytes, ends) = bytes_and_ends(&shipped(5));
    let read = |end: usize| codec::decode::<ParcelShipped>(&bytes[..end]);
    let ParcelShipped { number, weight, carrier, note } = read(ends[0]).unwrap();
    assert_eq!((number, weight, carrier.as_str(), note), (5, None, "post", None));
    let ParcelShipped { number, weight, carrier, note } = read(ends[2]).unwrap();
    assert_eq!((number, weight, carrier.as_str(), note), (5, Some(1.5), "rail", None));
    assert_eq!(read(ends[3]).unwrap(), shipped(5));
}

#[test]
fn messages_truncated_at_other_places_are_errors() {
    let (bytes, ends) = bytes_and_ends(&shipped(5));
    for end in 0..bytes.len() {
        let result = codec::decode::<ParcelShipped>(&bytes[..end]);
        assert_eq!(result.is_ok(), end == ends[0] || end == ends[2], "at {end}: {result:?}");
    }
    // No minor version had exactly two data keys.
    let error = codec::decode::<ParcelShipped>(&bytes[..ends[1]]).unwrap_err();
    assert_eq!(error.to_string(), "`carrier` at byte 10: expected a string, but the input ends");
}

#[test]
fn an_optional_data_key_that_was_always_there_is_never_missing() {
    let bytes = codec::encode(&ParcelReturned { number: 5, note: None });
    assert_eq!(bytes, [10, 0]);
    let error = codec::decode::<ParcelReturned>(&bytes[..1]).unwrap_err();
    assert_eq!(error.field_path(), "note");
}

#[test]
fn types_with_an_optional_form_may_be_missing() {
    let stored = ParcelStored { number: 5, shelf: Shelf(Some(1)), place: Place(Shelf(Some(2))) };
    let bytes = codec::encode(&stored);
    assert_eq!(codec::decode::<ParcelStored>(&bytes).unwrap(), stored);
    let earlier = codec::decode::<ParcelStored>(&bytes[..1]).unwrap();
    assert_eq!(earlier, ParcelStored { number: 5, shelf: Shelf(None), place: Place(Shelf(None)) });

    let bytes = codec::encode(&ParcelClaimed { number: 5, owner: Owner("Ann".to_owned()) });
    let error = codec::decode::<ParcelClaimed>(&bytes[..1]).unwrap_err();
    assert_eq!(error.field_path(), "owner");
}

#[test]
fn without_contracts_data_keys_with_defaults_may_be_missing() {
    let lost = ParcelLost::builder().number(5).place("Ghent").worth(9).build();
    let bytes = codec::encode(&lost);
    let ends: Vec<usize> =
        (0..=bytes.len()).filter(|end| codec::decode::<ParcelLost>(&bytes[..*end]).is_ok()).collect();
    assert_eq!(ends, [7, 8, 9]);
    let without = codec::decode::<ParcelLost>(&bytes[..7]).unwrap();
    assert_eq!((without.witness, without.worth), (None, 7));
}

#[test]
fn both_minor_versions_read_messages_of_both() {
    let short = codec::encode(&ParcelShippedFormerly { number: 1 });
    let long = codec::encode(&shipped(2));
    let stream = [short.as_slice(), &long];
    let new: Vec<_> = stream.iter().map(|bytes| codec::decode::<ParcelShipped>(bytes).unwrap()).collect();
    assert_eq!((new[0].number, new[0].carrier.as_str()), (1, "post"));
    assert_eq!(new[1], shipped(2));
    let old = stream.iter().map(|bytes| codec::decode::<ParcelShippedFormerly>(bytes).unwrap().number);
    assert_eq!(old.collect::<Vec<_>>(), [1, 2]);
    // This also works without the Rust type.
    let definition = registry::get("com.example.shop.parcel.shipped.v1").unwrap();
    assert_eq!(
        definition.decode_to_json(&short).unwrap(),
        r#"{"number":1,"weight":null,"carrier":"post","note":null}"#
    );
}

#[test]
fn definitions_list_their_contracts() {
    assert_eq!(ParcelShipped::DEFINITION.contracts(), [2, 1, 0]);
    assert_eq!(ParcelReturned::DEFINITION.contracts(), [0]);
    assert!(ParcelLost::DEFINITION.contracts().is_empty());
    let missing: Vec<String> = contracts::missing().iter().map(ToString::to_string).collect();
    let of =
        |event_type: &str| missing.iter().filter(|line| line.contains(&format!("`{event_type}`"))).count();
    assert_eq!(of("com.example.shop.parcel.lost.v1"), 1, "{missing:#?}");
    assert_eq!(of("com.example.shop.parcel.shipped.v1"), 0);
}

/// Every event of the catalogue has its contract, and the package contains them.
#[test]
fn the_catalogue_has_all_contracts() {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime").canonicalize().unwrap();
    let of_catalogue = |line: &&String| {
        let subdomain = line.split("org+openedx+").nth(1).and_then(|rest| rest.split('+').next());
        subdomain.is_none_or(|subdomain| {
            registry::events()
                .any(|event| event.event_type().starts_with(&format!("org.openedx.{subdomain}.")))
        })
    };
    let lines: Vec<String> =
        contracts::in_package(&runtime).unwrap().iter().map(ToString::to_string).collect();
    let lines: Vec<_> = lines.iter().filter(of_catalogue).collect();
    assert!(lines.is_empty(), "{lines:#?}");
    assert_eq!(fs::read_dir(runtime.join("schemas")).unwrap().count(), 73);

    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(&runtime)
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.lines().filter(|line| line.starts_with("schemas/")).count(), 73, "{listed}");
}

fn package(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contracts").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("schemas")).unwrap();
    fs::write(folder.join("Cargo.toml"), "").unwrap();
    folder
}

const SHIPPED: &str = "schemas/com+example+shop+parcel+shipped+v1_schema";

fn schema_of_shipped() -> String {
    ParcelShipped::DEFINITION.schema_string().unwrap()
}

fn lines(package: &Path) -> Vec<String> {
    contracts::in_package(package).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn contracts_added_after_compilation_are_compared() {
    let package = package("new");
    fs::remove_dir(package.join("schemas")).unwrap();
    assert!(lines(&package).is_empty());
    fs::create_dir(package.join("schemas")).unwrap();
    fs::write(package.join("schemas/README.md"), "none").unwrap();
    let schema = schema_of_shipped();
    fs::write(package.join(format!("{SHIPPED}.2.avsc")), &schema).unwrap();
    let documented = schema.replace(r#""type": "long""#, r#""doc": "A number.", "type": {"type": "long"}"#);
    assert_ne!(documented, schema);
    let note = r#", {"default": null, "name": "note", "type": ["null", "string"]}"#;
    let earlier = documented.replace(note, "");
    assert_ne!(earlier, documented);
    fs::write(package.join(format!("{SHIPPED}.1.avsc")), &earlier).unwrap();
    assert!(lines(&package).is_empty(), "{:#?}", lines(&package));

    // Different from an earlier version, different from the current one, from the future, not JSON, without a minor version, without an event.
    fs::write(package.join(format!("{SHIPPED}.1.avsc")), earlier.replace("carrier", "bearer")).unwrap();
    fs::write(package.join(format!("{SHIPPED}.2.avsc")), &earlier).unwrap();
    fs::write(package.join(format!("{SHIPPED}.3.avsc")), &schema).unwrap();
    fs::write(package.join(format!("{SHIPPED}.avsc")), "{").unwrap();
    fs::write(package.join(format!("{SHIPPED}.02.avsc")), &schema).unwrap();
    fs::write(package.join("schemas/com+example+shop+parcel+burnt+v1_schema.avsc"), &schema).unwrap();
    let found = lines(&package);
    let expected = [
        ("contract_without_event: ", "schemas/com+example+shop+parcel+burnt+v1_schema.avsc does not match"),
        (
            "contract_without_event: ",
            "schemas/com+example+shop+parcel+shipped+v1_schema.02.avsc does not match",
        ),
        ("contract_broken: ", "breaks schemas/com+example+shop+parcel+shipped+v1_schema.1.avsc"),
        ("contract_broken: ", "breaks schemas/com+example+shop+parcel+shipped+v1_schema.2.avsc"),
        ("contract_broken: ", "breaks schemas/com+example+shop+parcel+shipped+v1_schema.3.avsc"),
        ("contract_broken: ", "breaks schemas/com+example+shop+parcel+shipped+v1_schema.avsc"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (line, (rule, what)) in found.iter().zip(expected) {
        assert!(line.starts_with(rule) && line.contains(what), "{line}");
    }
}

#[test]
fn a_contract_must_be_a_record() {
    let package = package("shapes");
    let file = package.join(format!("{SHIPPED}.2.avsc"));
    for text in ["[1]", "\"string\"", r#"{"type": "string"}"#, "null", "{}", r#"{"fields": {}}"#] {
        fs::write(&file, text).unwrap();
        let found = lines(&package);
        assert!(found.len() == 1 && found[0].starts_with("contract_broken: "), "{text}: {found:#?}");
    }
}

#[test]
#[should_panic(expected = "does not match any event of this program")]
fn the_test_helper_panics() {
    let package = package("helper");
    fs::write(package.join("schemas/com+example+shop+parcel+burnt+v1_schema.avsc"), "{}").unwrap();
    testing::assert_contracts(&package);
}

/// An event belongs to the package with the nearest `Cargo.toml`. Some events of this package have no contract.
#[test]
fn events_of_the_package_without_a_contract_are_found() {
    let found = lines(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(
        found
            .iter()
            .any(|line| line.contains("contract_missing: event type `com.example.shop.parcel.lost.v1`")),
        "{found:#?}"
    );
    assert!(
        found
            .iter()
            .all(|line| !line.contains("org.openedx")
                && !line.contains("`com.example.shop.parcel.shipped.v1`")),
        "{found:#?}"
    );
}

#[test]
fn changes_since_a_revision_are_found() {
    let package = package("git");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(&package)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"]);
    let write = |name: &str, text: &str| fs::write(package.join(format!("schemas/{name}")), text).unwrap();
    write("a_schema.avsc", r#"{"name": "a"}"#);
    write("b_schema.avsc", r#"{"name": "b"}"#);
    write("c_schema.avsc", r#"{"name": "c", "type": "record"}"#);
    write("d_schema.avsc", "not JSON");
    write("README.md", "text");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "Published"]);
    let found = || {
        let findings = contracts::changed_since(&package, "HEAD").unwrap();
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(found().is_empty());

    write("a_schema.avsc", r#"{"name": "other"}"#);
    fs::remove_file(package.join("schemas/b_schema.avsc")).unwrap();
    write("c_schema.avsc", "{\n  \"type\": \"record\",\n  \"name\": \"c\"\n}\n");
    write("d_schema.avsc", "still not JSON");
    write("e_schema.avsc", "{}");
    write("README.md", "other text");
    let lines = found();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(
        lines[0].starts_with("contract_changed: schemas/a_schema.avsc was changed since `HEAD`"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("contract_deleted: schemas/b_schema.avsc was deleted since `HEAD`"),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("contract_changed: schemas/d_schema.avsc was changed"), "{}", lines[2]);

    for revision in ["nothing", "--output=x", "", "HEAD:schemas"] {
        let error = contracts::changed_since(&package, revision).unwrap_err().to_string();
        assert!(error.contains(&format!("`{revision}` is not a git revision")), "{error}");
    }
}
