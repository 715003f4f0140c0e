//! Helpers for tests of senders and receivers.
//!
//! All of them apply to a *scope*: the thread that made it, until its guard is dropped, even if it is dropped by a panic.
//! Nothing is switched globally, so tests can run in parallel under `cargo test`. Code that moves to other threads or tasks
//! takes the scope along with a [`ScopeHandle`].
//!
//! ```standalone_crate
//! use openedx_events::{learning::data::*, learning::signals::*, testing};
//!
//! # fn register_learner() {
//! #     let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
//! #     let user = UserData::builder().id(7).is_active(true).pii(pii).build();
//! #     STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted::builder().user(user).build());
//! # }
//! let sent = testing::capture(&STUDENT_REGISTRATION_COMPLETED);
//! register_learner();
//! assert_eq!(sent.len(), 1);
//! assert_eq!(sent.events()[0].user.id, 7);
//! ```

// This folder uses the registry, contracts, signals and scopes. Nothing in the crate uses it.

mod batch;
mod capture;

use std::{any::type_name, path::Path};

pub use crate::scope::{Entered, Scope, ScopeHandle, Scoped};
pub use batch::{batch, batch_with_metadata};
pub use capture::{Capture, capture};

use crate::{contracts, event::Event, receiver::function_id, registry, scope::Effect, signal::Signal};

/// Makes a send panic if a receiver fails or the event bus does not take the event, until the guard is dropped. The panic
/// has the receiver's own error.
///
/// This is the counterpart of `DEBUG` and of `allow_send_events_failure` in Python. Without it, `send_event` logs the
/// failure and continues, and a test would not see it. `try_send_event` returns the error as always.
///
/// ```should_panic,standalone_crate
/// # use openedx_events::{learning::data::*, learning::signals::*, testing};
/// # let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
/// # let user = UserData::builder().id(7).is_active(true).pii(pii).build();
/// let connection = STUDENT_REGISTRATION_COMPLETED.connect(|_, _| Err("no such learner"));
/// let _strict = testing::strict();
/// STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted::builder().user(user).build()); // panics here
/// ```
pub fn strict() -> Scope {
    Scope::enter(Effect::Strict)
}

/// Keeps all receivers of `signal` from running until the guard is dropped. Events are still captured.
pub fn mute<E: Event>(signal: &'static Signal<E>) -> Scope {
    Scope::enter(Effect::MuteEvent(signal.definition()))
}

/// Keeps one receiver from running until the guard is dropped. `receiver` is the function that has `#[receiver]`.
///
/// ```standalone_crate
/// # use openedx_events::{prelude::*, learning::data::*, learning::signals::*, testing};
/// #[receiver(STUDENT_REGISTRATION_COMPLETED)]
/// fn send_welcome_mail() {
///     unreachable!("not in this test");
/// }
///
/// # let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
/// # let user = UserData::builder().id(7).is_active(true).pii(pii).build();
/// let _muted = testing::mute_receiver(send_welcome_mail);
/// assert!(STUDENT_REGISTRATION_COMPLETED.send_event(StudentRegistrationCompleted::builder().user(user).build()).is_empty());
/// ```
///
/// # Panics
///
/// If the function is not registered, because then the test would mute nothing.
#[allow(clippy::needless_pass_by_value)] // The caller passes a function by its name.
#[track_caller]
pub fn mute_receiver<F: 'static>(receiver: F) -> Scope {
    let function = function_id(&receiver);
    registry::__expect(&[(type_name::<F>(), function)]);
    Scope::enter(Effect::MuteReceiver(function))
}

/// Panics with the mistakes in the definitions that the test is linked with, one line each. The most important one is two
/// definitions of one event type.
///
/// A test is linked with the crates that it mentions: name the crates of the service, as in `use handlers as _;`.
///
/// ```standalone_crate
/// // In a test:
/// openedx_events::testing::assert_no_findings();
/// ```
///
/// # Panics
///
/// If [`registry::findings`] returns any.
#[track_caller]
pub fn assert_no_findings() {
    let findings = registry::findings();
    assert!(findings.is_empty(), "{}", registry::lines(&findings));
}

/// Panics with the mistakes in the contracts of a package, one line each: events without a contract, contracts without an
/// event, and contracts that an event breaks, even if the contract was written after the event was compiled.
///
/// `package` is the folder of the package's `Cargo.toml`. Put the test into that package, because events of other packages
/// are not checked, and link it with all events of the package.
///
/// ```no_run
/// // In a test of the package, in `tests/`, with `use my_events as _;` above it.
/// openedx_events::testing::assert_contracts(env!("CARGO_MANIFEST_DIR"));
/// ```
///
/// # Panics
///
/// If [`contracts::in_package`] finds anything, or if the contracts cannot be read.
#[track_caller]
pub fn assert_contracts(package: impl AsRef<Path>) {
    let package = package.as_ref();
    let findings = contracts::in_package(package)
        .unwrap_or_else(|error| panic!("cannot read the contracts of {}: {error}", package.display()));
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
