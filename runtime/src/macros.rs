//! The attribute macros, documented where their examples compile.

/// Makes a struct a payload: an immutable value that events carry.
///
/// ```
/// use openedx_events::prelude::*;
///
/// /// A book that was lent.
/// #[payload]
/// pub struct LoanData {
///     /// Copy that was lent.
///     pub copy_id: i64,
///     /// Who has it now.
///     #[payload(pii)]
///     pub reader: String,
///     /// When it is due, if that was agreed.
///     pub due: Option<DateTime>,
///     /// How often it was prolonged.
///     #[payload(default)]
///     pub prolonged: u32,
///     /// Branch that lent it.
///     #[payload(default = "main".to_owned())]
///     pub branch: String,
/// }
///
/// let loan = LoanData::builder().copy_id(7).reader("Ada").build();
/// assert_eq!((loan.due, loan.prolonged, loan.branch.as_str()), (None, 0, "main"));
/// ```
///
/// The counterpart of an attrs class in `openedx_events/*/data.py` (ADR-3).
///
/// # What it makes
///
/// * The struct, whose fields can be read and not written: it derefs to a twin, here `LoanDataFields`, which has
///   the fields. `into_fields()` gives the twin away, and `From` takes it back.
/// * `LoanData::builder()`, with a method for each field, and `build()`, which compiles once all required fields are
///   set. `String` fields take `&str` and other text; an `Option` field may be left out, and takes the value
///   itself, too. `to_builder()` starts from a value (`attr.evolve` in Python).
/// * `Debug`, in which personal data is `<redacted>`, `Clone` and `PartialEq`. Other derives, such as `Eq` and `Hash`,
///   go below the attribute.
/// * `Serialize` and `Deserialize`: its JSON is the *Avro record dictionary* of Python's library. A key that is missing
///   (unless the field has a default or is an `Option`), unknown or there twice is an error.
/// * [`AvroType`](crate::AvroType): it can be a field of other payloads and of events.
///
/// # Arguments
///
/// | on the struct | |
/// |---|---|
/// | `pii` | all fields are personal data |
/// | `crate = path` | where this crate is, if not at `::openedx_events` |
///
/// | on a field | |
/// |---|---|
/// | `pii` | personal data: hidden in `Debug`, marked in the registry |
/// | `default`, `default = expression` | what it is when a builder or a JSON leaves it out |
/// | `allow(rule, reason = "…")` | waives a convention: `field_flow_control` |
///
/// # What does not compile
///
/// Tuple, unit, empty and generic structs, enums and unions; a field without documentation, with `#[cfg]` or a serde
/// attribute; a type without an Avro form; an `Option` inside another type; a payload that contains itself; deriving
/// `Debug`, `Serialize` or `Deserialize`; any payload or event where `diagnostic` is the name of something, or under
/// `#![no_implicit_prelude]`: expansions need the compiler's `#[diagnostic::…]`; and of course
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

/// Makes a struct an event, and declares the signal that sends it.
///
/// ```
/// use openedx_events::{learning::data::UserData, prelude::*};
///
/// /// Sent when a user has got a library card.
/// #[event(
///     type = "com.example.library.card.issued.v1",
///     key = user.id,
///     repository = "example/library",
/// )]
/// pub struct CardIssued {
///     /// Who got it.
///     pub user: UserData,
///     /// Number on the card.
///     #[event(pii)]
///     pub number: String,
/// }
///
/// fn issue(user: UserData) {
///     CARD_ISSUED.send_event(CardIssued { user, number: "4711".to_owned() });
/// }
/// ```
///
/// The counterpart of an `OpenEdxPublicSignal` in `openedx_events/*/signals.py`.
///
/// # What it makes
///
/// * The struct stays as it is, one field a data key, with a builder beside: a data key that is added later with a
///   default breaks no sender that uses it.
/// * A static [`Signal`](crate::Signal), here `CARD_ISSUED`: the struct's name in capitals, cut into words as the event
///   type is, with the struct's visibility and documentation.
/// * `Debug`, in which personal data is `<redacted>`, `Clone`, `PartialEq`, `Serialize`, `Deserialize`, and the wire form
///   ([`WireEvent`](crate::WireEvent)). Of these a `local_only` event gets `Debug`, without its data.
/// * Its place in the [`registry`](crate::registry).
///
/// # Arguments
///
/// | on the struct | |
/// |---|---|
/// | `type = "…"` | the event type, required: reverse DNS, subdomain, subject, action, major version (ADR-2) |
/// | `key = a.b.c` | the field whose value keeps events in order on an event bus (ADR-12, ADR-14) |
/// | `minor_version = 1` | raised when a data key was added; 0 unless given (ADR-6) |
/// | `repository = "…"` | the repository whose code sends it |
/// | `warning = "…"` | what to know first |
/// | `deprecated(since = "…", note = "…")` | warns where the event is used |
/// | `local_only = "reason"` | the event cannot go to an event bus, and its data needs no Avro form |
/// | `name = "…"` | the name of the static, where it is not the struct's |
/// | `allow(rule, reason = "…")` | waives a convention, such as `type_hyphen` |
/// | `crate = path` | where this crate is, if not at `::openedx_events` |
///
/// | on a field | |
/// |---|---|
/// | `pii` | personal data: hidden in `Debug`, marked in the registry |
/// | `default`, `default = expression` | what it is when a builder or a JSON leaves it out |
/// | `allow(rule, reason = "…")` | waives a convention, such as `field_data_suffix` |
///
/// # Contracts
///
/// `schemas/com+example+library+card+issued+v1_schema.avsc` beside the crate's `Cargo.toml`, the Avro schema as Python's
/// `generate_avro_schemas` writes it, is the *contract* of minor version 0 of this event, and `…_schema.1.avsc` that of
/// minor version 1 (ADR-6). The event has to be what its own contract says, and a successor of the earlier ones: with the
/// same data keys, the same records inside them, and nothing new except data keys at the end that are an `Option` or have
/// a default. Anything else does not compile, with the path and what happened to it:
///
/// ```text
/// contract of event type `com.example.library.card.issued.v1` is broken: `user.pii.email` was removed
/// ```
///
/// The folder is the one of the `Cargo.toml` nearest to the file in which the event type is written. Cargo compiles the
/// crate again when a contract was changed; [`contracts`](crate::contracts) says how new ones are noticed.
///
/// The bytes of an event may end where those of an earlier minor version end; the data keys that are missing get `None` or
/// their default. The contracts tell where that is. If one of an earlier minor version is missing, it may be before any
/// data key from which on all are an `Option` or have a default; at minor version 0 it is nowhere.
///
/// # What does not compile
///
/// What the [rules](crate::rules) refuse: an event type or a constant against the naming rules, an event or data key
/// without documentation, a key that is not in the data, is personal data or makes no partition key, two different
/// records of one name in one event. And sending anything else:
///
/// ```compile_fail,E0308
/// # use openedx_events::learning::{data::*, signals::*};
/// # fn send(user: UserData) {
/// COURSE_ENROLLMENT_CREATED.send_event(StudentRegistrationCompleted { user }); // mismatched types
/// # }
/// ```
pub use openedx_events_macros::event;

/// Registers a function as receiver of one or more events.
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
/// // Of several events: it names what they share.
/// #[receiver(COURSE_ENROLLMENT_CHANGED, COURSE_UNENROLLMENT_COMPLETED, order = 10)]
/// fn forget(enrollment: &CourseEnrollmentData) {
///     println!("{} is not current any more", enrollment.course.course_key);
/// }
///
/// // Everything at once, or nothing.
/// #[receiver(STUDENT_REGISTRATION_COMPLETED)]
/// fn copy(event: &StudentRegistrationCompleted, from_event_bus: bool) {
///     println!("{event:?} {from_event_bus}");
/// }
///
/// #[receiver(STUDENT_REGISTRATION_COMPLETED)]
/// fn count() {}
/// ```
///
/// The counterpart of Django's `@receiver`.
///
/// # Parameters
///
/// Each takes what it is named after, without a leading `_`: a data key, by reference (`&str` for a `String` and `&[T]`
/// for a `Vec<T>` will do), `metadata: &EventsMetadata`, `event:` a reference to the event, or `from_event_bus: bool`.
/// Python's receivers take `**kwargs`; here a receiver takes what it needs, and the compiler checks names and types.
///
/// # Return
///
/// `()`, or a `Result<(), E>` where `E` is an error or a text. A
/// [`ReceiverError::permanent`](crate::ReceiverError::permanent) says that trying again is no use.
///
/// # Arguments
///
/// | | |
/// |---|---|
/// | `SIGNAL, …` | the statics of the events |
/// | `order = N` | receivers of a lower number run first; 0 unless given |
/// | `crate = path` | where this crate is, if not at `::openedx_events` |
///
/// Receivers of one order run by crate, module, file, line, column and name. The function stays callable.
///
/// # What does not compile
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
/// Methods, generic, `async`, `const`, `unsafe` and `extern` functions; parameters by value, behind `&mut`, or that are
/// patterns.
pub use openedx_events_macros::receiver;
