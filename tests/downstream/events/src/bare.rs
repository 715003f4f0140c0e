//! A module without a `use`: the macros, the signals and all types by their whole paths.
//!
//! (`#![no_implicit_prelude]` is not possible: messages are made with `#[diagnostic::…]`, and names of tools are
//! found through the prelude.)

/// A payload.
#[::oe::payload(crate = ::oe)]
pub struct Bare {
    /// A text.
    #[payload(default)]
    pub text: ::std::string::String,
    /// Whether there is one.
    #[payload(default)]
    pub flag: bool,
    /// A list.
    #[payload(default)]
    pub list: ::std::option::Option<::std::vec::Vec<i64>>,
    /// Bytes.
    #[payload(pii, default)]
    pub bytes: ::oe::Bytes,
}

/// Sent when something has been laid bare.
#[::oe::event(
    type = "com.example.library.secret.bared.v1",
    key = bare.text,
    repository = "example/library",
    warning = "nothing",
    deprecated(since = "1.0.0", note = "nothing"),
    minor_version = 1,
    crate = ::oe,
)]
pub struct SecretBared {
    /// It.
    #[event(default = Bare::builder().build())]
    pub bare: Bare,
    /// A count.
    #[event(default = 3)]
    pub count: i64,
}

/// Receives it.
///
/// # Errors
///
/// Never.
#[allow(deprecated)]
#[::oe::receiver(SECRET_BARED, crate = ::oe)]
pub fn receive(
    bare: &Bare,
    count: &i64,
    metadata: &::oe::EventsMetadata,
    event: &SecretBared,
    from_event_bus: bool,
) -> ::std::result::Result<(), ::std::string::String> {
    let _ = (bare, count, metadata, event, from_event_bus);
    ::std::result::Result::Ok(())
}

/// Receives nothing of it.
#[allow(deprecated)]
#[::oe::receiver(SECRET_BARED, crate = ::oe)]
fn ignore() {}
