//! `#[payload]`: parses the item and its arguments, checks the rules about payloads, and expands the payload. This
//! folder may use `record` and the shared files, but neither `event` nor `receiver`.

mod arguments;
mod choice;
mod expand;
mod fallback;
mod text;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemStruct};

use self::arguments::PayloadArguments;
use crate::{
    diagnostics::{Problems, report},
    record::{self, Record},
    record_kind::RecordKind,
    runtime_path::RuntimePath,
    source::tokens,
    surroundings::Surroundings,
    syntax::parse_item,
};

/// Returns the expansion, or the user's item with the reasons why there is none.
pub(crate) fn payload(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let item = match parse_item("payload", item) {
        Ok(item) => item,
        Err(unreadable) => return unreadable,
    };
    report(|problems| {
        let mut arguments = PayloadArguments::parse(arguments, problems);
        if arguments.path.check(problems) {
            return record::without_runtime(&item, None, problems);
        }
        if record::check_rival(&item, problems) {
            return TokenStream::new();
        }
        expand_item(&item, &mut arguments, problems)
            .unwrap_or_else(|above| fallback::expand(&item, &arguments.path, &above, problems))
    })
}

/// Returns the expansion. If the item has the wrong shape, returns the traits that are derived above the attribute.
fn expand_item(
    item: &Item,
    arguments: &mut PayloadArguments,
    problems: &mut Problems,
) -> Result<TokenStream, Vec<String>> {
    match (item, &arguments.text) {
        (Item::Enum(item), _) => choice::expand(item, arguments, problems),
        (Item::Struct(item), Some(_)) => text::expand(item, arguments, problems),
        // Another message about the shape would be about the same mistake.
        (Item::Struct(item), None) if arguments.has_unknown && text::has_shape(item) => Err(Vec::new()),
        _ => match record::check_shape(item, RecordKind::Payload, problems) {
            Some(item) => expand_struct(item, arguments, problems),
            None => Err(Vec::new()),
        },
    }
}

fn expand_struct(
    item: &ItemStruct,
    arguments: &mut PayloadArguments,
    problems: &mut Problems,
) -> Result<TokenStream, Vec<String>> {
    let PayloadArguments { path, pii, waivers, .. } = arguments;
    let mut record = Record::parse(item, RecordKind::Payload, false, *pii, waivers, problems);
    record.check_documented(problems);
    record.check_record_name(problems);
    for field in &record.fields {
        record.check_field(field, problems);
        field.waivers.check_needed(problems);
    }
    let is_taken = record.check_twin(&Surroundings::of_attribute(), problems);
    if !record.can_expand() || !record.attributes.derived_above.is_empty() || is_taken {
        return Err(record.attributes.derived_above);
    }
    record.replace_refused_types();
    Ok(expand::expand(&record, path))
}

/// Returns the item of a type that is a string on the wire, followed by its implementations in a scope of their own.
fn with_scope(
    path: &RuntimePath,
    item: &TokenStream,
    checks: &TokenStream,
    implementations: &str,
) -> TokenStream {
    let (import, implementations) = (path.import(), tokens(implementations));
    path.items(quote! {
        #item

        #[allow(dead_code, deprecated, unreachable_patterns, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #[allow(unused_imports)]
            use __RT::{names::*, text_names::*};
            #checks
            #implementations
        };
    })
}
