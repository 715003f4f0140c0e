//! `#[event]`: parse, check, expand.

mod check;
mod expand;
mod page;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{contract::Contracts, diagnostics::report, record};

/// The expansion, or the user's item with the reasons why there is none.
pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    // What does not parse was reported by the compiler before it called the macro.
    let Ok(mut item) = syn::parse2(item.clone()) else {
        return item.clone();
    };
    record::name_self(&mut item);
    report(|problems| {
        let Some(event) = parse::parse(arguments, &item, problems) else {
            return record::without_attributes(&item, "event");
        };
        check::check(&event, problems);
        let contracts = match &event.arguments.event_type {
            Some(event_type) => Contracts::read(event_type, event.arguments.minor_version, problems),
            None => Contracts::default(),
        };
        let is_local = event.arguments.local_only.is_some();
        let can_expand = |field: &record::Field<'_>| {
            let is_within = record::find_mention(field.ty, &event.item.ident).is_some();
            record::can_expand(field, is_local) && (is_local || !is_within)
        };
        let expansion = if event.fields.iter().all(can_expand) && record::have_own_names(&event.fields) {
            expand::expand(&event, &contracts)
        } else {
            record::without_attributes(&item, "event")
        };
        let tracking = contracts.tracking();
        quote!(#expansion #tracking)
    })
}
