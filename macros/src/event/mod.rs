//! `#[event]`: parses the struct and its arguments, checks the rules about events, and expands the event. This folder
//! may use `record`, `contract`, `event_type` and the shared files, but neither `payload` nor `receiver`.

mod check;
mod expand;
mod page;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::{contract::Contracts, diagnostics::report, record, record_kind::RecordKind, rules};

/// Returns the expansion, or the user's item with the reasons why there is none.
pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    // The compiler reported an item that does not parse before it called the macro.
    let Ok(item) = syn::parse2(item.clone()) else {
        return item.clone();
    };
    report(|problems| {
        let Some(mut event) = parse::parse(arguments, &item, problems) else {
            return record::without_attributes(&item, RecordKind::Event);
        };
        check::check(&event, problems);
        let contracts = match &event.arguments.event_type {
            Some(event_type) if !event.arguments.waivers.is_refused(&rules::CONTRACT_BROKEN) => {
                Contracts::read(event_type, event.arguments.minor_version, problems)
            }
            _ => Contracts::default(),
        };
        let expansion = if record::can_expand(&event.fields) {
            let is_local = event.arguments.local_only.is_some();
            let ident = &event.item.ident;
            // A local-only event may contain itself, behind a pointer.
            let is_recursive = |ty: &Type| !is_local && record::find_mention(ty, ident).is_some();
            record::replace_refused_types(&mut event.fields, ident, is_recursive);
            expand::expand(&event, &contracts)
        } else {
            record::without_attributes(&item, RecordKind::Event)
        };
        let tracking = contracts.tracking();
        quote!(#expansion #tracking)
    })
}
