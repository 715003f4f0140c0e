//! A module without `use` and without the prelude: macros, signals and types are named by full paths.

#![no_implicit_prelude]

/// A payload.
#[::oe::payload(crate = ::oe)]
pub struct Bare {
    /// A string.
    #[payload(default)]
    pub text: ::std::string::String,
    /// A boolean.
    #[payload(default)]
    pub flag: bool,
    /// A list.
    #[payload(default)]
    pub list: ::std::option::Option<::std::vec::Vec<i64>>,
    /// Bytes.
    #[payload(pii, default)]
    pub bytes: ::oe::Bytes,
}

/// An event that uses every argument of the attribute.
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
    /// The payload.
    #[event(default = Bare::builder().build())]
    pub bare: Bare,
    /// A count.
    #[event(default = 3)]
    pub count: i64,
}

/// Receives the event.
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

/// Receives the event without its data.
#[allow(deprecated)]
#[::oe::receiver(SECRET_BARED, crate = ::oe)]
fn ignore() {}
