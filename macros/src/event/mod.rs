//! `#[event]`: parse, check, expand.

mod check;
mod expand;
mod key;
mod page;
mod parse;
mod refusal;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::{
    contract::Contracts,
    diagnostics::{report, without_reports},
    record, rules,
};

/// The expansion, or the user's item with the reasons why there is none.
pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    // What does not parse was reported by the compiler before it called the macro.
    let Ok(mut item) = syn::parse2(item.clone()) else {
        return item.clone();
    };
    record::name_self(&mut item);
    report(|problems| {
        let Some(event) = parse::parse(arguments.clone(), &item, problems) else {
            return record::without_attributes(&item, "event");
        };
        check::check(&event, problems);
        let contracts = match &event.arguments.event_type {
            Some(event_type) if !event.arguments.waivers.is_refused(&rules::CONTRACT_BROKEN) => {
                Contracts::read(event_type, event.arguments.minor_version, problems)
            }
            _ => Contracts::default(),
        };
        let is_local = event.arguments.local_only.is_some();
        // What stays in the process may hold itself.
        let is_recursive = |ty: &Type| !is_local && record::find_mention(ty, &event.item.ident).is_some();
        let (ownable, are_refused) = record::with_ownable_types(event.item, is_local, is_recursive);
        let expansion = if !record::can_expand(&event.fields) {
            record::without_attributes(&item, "event")
        } else if are_refused.contains(&true) {
            let event = without_reports(|problems| parse::parse(arguments, &ownable, problems));
            event.map_or_else(TokenStream::new, |mut event| {
                record::mark_refused(&mut event.fields, &are_refused);
                expand::expand(&event, &contracts)
            })
        } else {
            expand::expand(&event, &contracts)
        };
        let tracking = contracts.tracking();
        quote!(#expansion #tracking)
    })
}
