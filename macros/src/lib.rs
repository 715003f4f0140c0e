//! The attribute macros of `openedx-events`, which re-exports them: depend on that crate.

#![warn(unused_crate_dependencies)]

mod args;
mod ascii;
mod contract;
mod diagnostics;
mod event;
mod event_type;
mod names;
mod payload;
mod receiver;
mod record;
mod record_kind;
mod rules;
mod runtime_path;
mod source;
mod spans;
mod surroundings;
mod syntax;
#[cfg(test)]
mod tests;
mod waivers;

use proc_macro::TokenStream;

/// Defines a payload: see `openedx_events::payload`.
#[proc_macro_attribute]
pub fn payload(arguments: TokenStream, item: TokenStream) -> TokenStream {
    payload::payload(arguments.into(), &item.into()).into()
}

/// Defines an event: see `openedx_events::event`.
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    event::event(arguments.into(), &item.into()).into()
}

/// Registers a receiver: see `openedx_events::receiver`.
#[proc_macro_attribute]
pub fn receiver(arguments: TokenStream, item: TokenStream) -> TokenStream {
    receiver::receiver(arguments.into(), &item.into()).into()
}
