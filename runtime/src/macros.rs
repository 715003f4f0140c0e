//! The attribute macros. They are documented here, because their examples need this crate to compile.

/// Turns a struct into a payload: an immutable value that events carry.
///
/// ```
/// use openedx_events::prelude::*;
///
/// /// A loan of a book.
/// #[payload]
/// pub struct LoanData {
///     /// Number of the copy.
///     pub copy_id: i64,
///     /// Who has it now.
///     #[payload(pii)]
///     pub reader: String,
///     /// When it is due, if there is a date.
///     pub due: Option<DateTime>,
///     /// How often it was renewed.
///     #[payload(default)]
///     pub renewed: u32,
///     /// Branch that lent it.
///     #[payload(default = "main".to_owned())]
///     pub branch: String,
/// }
///
/// let loan = LoanData::builder().copy_id(7).reader("Ada").build();
/// assert_eq!((loan.due, loan.renewed, loan.branch.as_str()), (None, 0, "main"));
/// ```
///
/// A payload corresponds to an attrs class in Python's `openedx_events/*/data.py` (ADR-3).
///
/// # Generated items
///
/// * The struct, whose fields are readable but not writable: it dereferences to a twin, here `LoanDataFields`, which
///   holds the fields. `into_fields()` returns the twin, and `From` turns it back into the payload.
/// * `LoanData::builder()`, with a method for each field and `build()`, which compiles once all required fields are
///   set. `String` fields accept `&str` and other strings; an `Option` field can be left out, and accepts the inner
///   value. `to_builder()` starts from a value, as `attr.evolve` does in Python.
/// * `Debug`, which prints personal data as `<redacted>`, `Clone` and `PartialEq`. Put other derives, such as `Eq` and
///   `Hash`, below the attribute.
/// * `Serialize` and `Deserialize`: the JSON is the *Avro record dictionary* of Python's library. An unknown or repeated
///   key is an error, and so is a missing one, unless its field has a default or is an `Option`.
/// * [`AvroType`](crate::AvroType), so that it can be a field of other payloads and of events.
///
/// # Types that are strings
///
/// An enum is a string on the wire, with one text for each variant: its name in snake case, or the `text` that you give. A
/// catch-all variant is required, because another service may send values that this one does not know yet.
///
/// `#[payload(text)]` on a struct wraps a value of any type, such as one of another crate, that implements `Display` and
/// `FromStr`. The schema of both says `string`. The [guide](crate::guide::payloads#enums) says which traits they implement.
///
/// ```
/// use openedx_events::prelude::*;
///
/// /// How a learner is enrolled.
/// #[payload]
/// pub enum Mode {
///     Audit,
///     Verified,
///     #[payload(text = "no-id-professional")]
///     NoIdProfessional,
///     #[payload(other)]
///     Other(String),
/// }
///
/// /// A number beyond the range of `i64`.
/// #[payload(text)]
/// #[derive(Copy, Eq, Hash)]
/// pub struct AccountNumber(pub u128);
///
/// assert_eq!(Mode::from("no-id-professional"), Mode::NoIdProfessional);
/// assert_eq!(Mode::from("honor").as_str(), "honor");
/// assert_eq!("12".parse::<AccountNumber>()?, AccountNumber(12));
/// # Ok::<(), openedx_events::BoxError>(())
/// ```
///
/// # Arguments
///
/// | on the struct or enum | |
/// |---|---|
/// | `pii` | all fields, or all values of the enum, are personal data |
/// | `text` | the struct wraps one value, and is a string on the wire |
/// | `crate = path` | the path to this crate, if the package does not depend on it; the macros find a renamed dependency in `Cargo.toml` |
///
/// | on a field | |
/// |---|---|
/// | `pii` | personal data: hidden in `Debug`, marked in the registry |
/// | `default`, `default = expression` | the value if a builder or JSON leaves the field out |
/// | `allow(rule, reason = "…")` | waives a convention: `field_flow_control` |
///
/// | on a variant | |
/// |---|---|
/// | `text = "…"` | the string on the wire, if it is not the name in snake case |
/// | `other` | the catch-all, which holds any other `String` |
///
/// # Compile errors
///
/// These do not compile: tuple, unit, empty and generic structs, and unions; enums without a catch-all, with data, numbers
/// or equal texts; a field without documentation, with
/// `#[cfg]` or with a serde attribute; a type without an Avro form; an `Option` inside another type; a payload that
/// contains itself; a derived `Debug`, `Serialize` or `Deserialize`. Expansions use the compiler's `#[diagnostic::…]`, so
/// no item called `diagnostic` may be in scope. Nor do assignments and incomplete builders compile:
///
/// ```compile_fail,E0594
/// # use openedx_events::learning::data::UserData;
/// fn deactivate(mut user: UserData) {
///     user.is_active = false; // cannot assign to data in dereference of `UserData`
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use openedx_events::learning::data::UserPersonalData;
/// let pii = UserPersonalData::builder().username("ada").build();
/// // required field `email` of `UserPersonalData` is not set
/// ```
pub use openedx_events_macros::payload;

/// Turns a struct into an event, and declares the signal that sends it.
///
/// ```
/// use openedx_events::{learning::data::UserData, prelude::*};
///
/// /// Sent when a library card was issued to a user.
/// #[event(
///     type = "com.example.library.card.issued.v1",
///     key = user.id,
///     repository = "example/library",
/// )]
/// pub struct CardIssued {
///     /// Owner of the card.
///     pub user: UserData,
///     /// Number on the card.
///     #[event(pii)]
///     pub number: String,
/// }
///
/// fn issue(user: UserData) {
///     CARD_ISSUED.send_event(CardIssued::builder().user(user).number("4711").build());
/// }
/// ```
///
/// An event corresponds to an `OpenEdxPublicSignal` in Python's `openedx_events/*/signals.py`.
///
/// # Generated items
///
/// * A builder. The struct itself does not change, and each of its fields is a data key. If a later version adds a data
///   key with a default, senders that use the builder still compile.
/// * A static [`Signal`](crate::Signal), here `CARD_ISSUED`, with the struct's visibility and documentation. Its name is
///   the struct's name in capitals, split into the words of the event type.
/// * `Debug`, which prints personal data as `<redacted>`, `Clone`, `PartialEq`, `Serialize`, `Deserialize`, and the wire
///   form ([`WireEvent`](crate::WireEvent)). A `local_only` event gets only `Debug`, which leaves out the data.
/// * An entry in the [`registry`](crate::registry).
///
/// # Arguments
///
/// | on the struct | |
/// |---|---|
/// | `type = "…"` | the event type, required: reverse DNS, subdomain, subject, action, major version (ADR-2) |
/// | `key = a.b.c` | the field whose value keeps events in order on an event bus (ADR-12, ADR-14) |
/// | `minor_version = 1` | the minor version, which increases with each new data key; 0 by default (ADR-6) |
/// | `repository = "…"` | the repository whose code sends the event |
/// | `warning = "…"` | what consumers need to know |
/// | `deprecated(since = "…", note = "…")` | the compiler warns about each use of the event |
/// | `local_only = "reason"` | the event cannot go to an event bus, and its data needs no Avro form |
/// | `name = "…"` | the name of the static, if it does not follow from the struct's |
/// | `allow(rule, reason = "…")` | waives a convention, such as `type_hyphen` |
/// | `crate = path` | the path to this crate, if the package does not depend on it; the macros find a renamed dependency in `Cargo.toml` |
///
/// | on a field | |
/// |---|---|
/// | `pii` | personal data: hidden in `Debug`, marked in the registry |
/// | `default`, `default = expression` | the value if a builder or JSON leaves the field out |
/// | `allow(rule, reason = "…")` | waives a convention, such as `field_data_suffix` |
///
/// # Contracts
///
/// The *contract* of minor version 0 of this event is the file `schemas/com+example+library+card+issued+v1_schema.avsc`
/// next to the crate's `Cargo.toml`: the Avro schema as Python's `generate_avro_schemas` writes it. The contract of minor
/// version 1 is `…_schema.1.avsc` (ADR-6). An event must match the contract of its own minor version. Compared with
/// earlier contracts, it must have the same data keys with the same records inside, and can add data keys only at the end,
/// each an `Option` or with a default. Any other change is a compile error that names the path and the change:
///
/// ```text
/// contract of event type `com.example.library.card.issued.v1` is broken: `user.pii.email` was removed
/// ```
///
/// The macro looks for the folder next to the nearest `Cargo.toml` above the source file of the event. If a build script wrote
/// that file, or no package has it, it looks in the package that is compiled (`CARGO_MANIFEST_DIR`). Cargo recompiles the crate if
/// a contract changes; [`contracts`](crate::contracts) describes how new contracts are noticed.
///
/// The bytes of an event may end at the point at which an earlier minor version ends; the missing data keys become `None` or their
/// default. The contracts tell where that is. If an earlier minor version has no contract, the bytes may end before any
/// data key from which on all are an `Option` or have a default. At minor version 0 they may not end early.
///
/// # Compile errors
///
/// The [rules](crate::rules) refuse event types and constants that break the naming rules, events and data keys without
/// documentation, keys that are not in the data, are personal data or cannot be partition keys, and two different records
/// with the same name in one event. A signal does not send other events:
///
/// ```compile_fail,E0308
/// # use openedx_events::learning::{data::*, signals::*};
/// # fn send(user: UserData) {
/// COURSE_ENROLLMENT_CREATED.send_event(StudentRegistrationCompleted { user }); // mismatched types
/// # }
/// ```
pub use openedx_events_macros::event;

/// Registers a function as a receiver of one or more events.
///
/// ```
/// use openedx_events::{
///     learning::{data::CourseEnrollmentData, signals::*},
///     prelude::*,
/// };
///
/// #[receiver(COURSE_ENROLLMENT_CREATED)]
/// fn notify(enrollment: &CourseEnrollmentData, metadata: &EventsMetadata) -> Result<(), std::io::Error> {
///     println!("{} {}", metadata.id, enrollment.course.course_key);
///     Ok(())
/// }
///
/// // A receiver of several events names the data keys that they share.
/// #[receiver(COURSE_ENROLLMENT_CHANGED, COURSE_UNENROLLMENT_COMPLETED, order = 10)]
/// fn forget(enrollment: &CourseEnrollmentData) {
///     println!("{} is no longer current", enrollment.course.course_key);
/// }
///
/// // A receiver can take the whole event, or nothing.
/// #[receiver(STUDENT_REGISTRATION_COMPLETED)]
/// fn copy(event: &StudentRegistrationCompleted, from_event_bus: bool) {
///     println!("{event:?} {from_event_bus}");
/// }
///
/// #[receiver(STUDENT_REGISTRATION_COMPLETED)]
/// fn count() {}
/// ```
///
/// It corresponds to Django's `@receiver`.
///
/// # Parameters
///
/// The name of a parameter, without a leading `_`, selects its value: a data key, by reference (`&str` for a `String` and
/// `&[T]` for a `Vec<T>` work too), `metadata: &EventsMetadata`, `event` with a reference to the event, or
/// `from_event_bus: bool`. Python's receivers take `**kwargs`; here a receiver names only what it needs, and the compiler
/// checks names and types.
///
/// # Batches
///
/// With `batch`, a receiver gets many events in one call. Its only parameter is a `&Batch` of the event, and it may return a
/// [`BatchError`](crate::BatchError), which names the events that failed. See the [guide](crate::guide::batches).
///
/// ```
/// use openedx_events::{analytics::signals::*, prelude::*};
///
/// # fn insert(_: &[&TrackingEventEmitted]) -> Result<(), std::io::Error> { Ok(()) }
/// #[receiver(TRACKING_EVENT_EMITTED, batch(max = 500, wait = "5s"))]
/// fn keep(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
///     insert(&batch.events().collect::<Vec<_>>())?;
///     Ok(())
/// }
/// ```
///
/// # Return type
///
/// `()`, or a `Result<(), E>` with an error or a string as `E`. A consumer does not retry a
/// [`ReceiverError::permanent`](crate::ReceiverError::permanent).
///
/// # Arguments
///
/// | | |
/// |---|---|
/// | `SIGNAL, …` | the statics of the events |
/// | `order = N` | receivers with a lower number run first; 0 by default |
/// | `batch(max = N, wait = "…")` | a consumer passes up to N events at once, from 1 to 10,000, and the first of them waits that long for others: `"500ms"`, `"5s"`, `"1m30s"`, up to `"1h"`; by default, 100 events and `"1s"` |
/// | `name = "…"` | the [stable name](crate::guide::receivers#stable-names) in logs and dead letters; by default, module path and name |
/// | `only = bus` | only events from an event bus |
/// | `only = process` | only events that this process sends |
/// | `crate = path` | the path to this crate, if the package does not depend on it; the macros find a renamed dependency in `Cargo.toml` |
///
/// Receivers with the same number run in the order of crate, module, file, line, column and name. The function can still be
/// called.
///
/// # Compile errors
///
/// ```compile_fail,E0609
/// # use openedx_events::{learning::{data::*, signals::*}, prelude::*};
/// #[receiver(COURSE_ENROLLMENT_CREATED)]
/// fn notify(enrolment: &CourseEnrollmentData) {} // no field `enrolment`; one with a similar name: `enrollment`
/// ```
///
/// ```compile_fail,E0277
/// # use openedx_events::{learning::{data::*, signals::*}, prelude::*};
/// #[receiver(COURSE_ENROLLMENT_CREATED)]
/// fn notify(enrollment: &CourseData) {} // it is a `CourseEnrollmentData`
/// ```
///
/// A receiver cannot be a method, or a generic, `const`, `unsafe` or `extern` function. Its parameters cannot be patterns, values
/// or `&mut` references. It may be an [`async fn`](crate::guide::asynchronous) whose future is `Send`:
///
/// ```compile_fail
/// # use openedx_events::{learning::{data::*, signals::*}, prelude::*};
/// #[receiver(COURSE_ENROLLMENT_CREATED)]
/// async fn notify(enrollment: &CourseEnrollmentData) {
///     let mode = std::rc::Rc::new(&enrollment.mode); // `Rc` is not `Send`, and lives across the `.await`
///     std::future::ready(()).await;
///     println!("{mode}");
/// }
/// ```
pub use openedx_events_macros::receiver;
