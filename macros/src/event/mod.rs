//! `#[event]`: parses the struct and its arguments, checks the rules about events, and expands the event. This folder
//! may use `record`, `contract`, `event_type` and the shared files, but neither `payload` nor `receiver`.

mod arguments;
mod check;
mod examples;
mod expand;
mod key;
mod page;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    contract::Contracts, diagnostics::report, record, record_kind::RecordKind, rules, syntax::parse_item,
};

/// Returns the expansion, or the user's item with the reasons why there is none.
pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let item = match parse_item("event", item) {
        Ok(item) => item,
        Err(unreadable) => return unreadable,
    };
    report(|problems| {
        if record::check_rival(&item, problems) {
            return TokenStream::new();
        }
        let arguments = arguments::parse_arguments(arguments, &item, problems);
        if arguments.path.check(problems) {
            return expand::without_runtime(&item, arguments.name.as_ref(), problems);
        }
        let Some(mut event) = parse::parse(arguments, &item, problems) else {
            return expand::refused(&item, problems);
        };
        event.has_reserved_key = check::check(&event, problems);
        let is_waived = event.arguments.waivers.is_refused(&rules::CONTRACT_BROKEN);
        let contracts = if event.event_type.is_refused() || is_waived {
            Contracts::default()
        } else {
            Contracts::read(&event.event_type, event.arguments.minor_version, problems)
        };
        let expansion = if event.record.can_expand() {
            event.record.replace_refused_types();
            expand::expand(&event, &contracts, problems)
        } else {
            record::without_attributes(&item, RecordKind::Event)
        };
        let tracking = contracts.tracking();
        quote!(#expansion #tracking)
    })
}
