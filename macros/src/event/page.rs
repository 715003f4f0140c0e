//! Lists the facts from the attribute on the documentation pages of the static and the struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::{
    arguments::EventArguments,
    parse::{Event, UNNAMED},
};
use crate::{contract::Contracts, syntax::type_name};

pub(super) fn static_page(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let data = format!("* Data: [`{}`], with ", event.record.item.ident.unraw());
    let keys: Vec<String> = event
        .record
        .fields
        .iter()
        .map(|field| format!("`{}: {}`", field.name, type_name(&field.ty)))
        .collect();
    page(event, contracts, data + &keys.join(", "), ["\n# Schema\n\n```json", "```"])
}

pub(super) fn struct_page(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let constant = &event.constant;
    let signal = if constant == UNNAMED { String::new() } else { format!("* Signal: [`{constant}`]") };
    // Folded, because otherwise the fields would be far down the page.
    let fold = ["\n<details><summary>Schema</summary>\n\n```json", "```\n\n</details>"];
    page(event, contracts, signal, fold)
}

/// Returns the facts, and the published schema between `before` and `after`.
fn page(
    event: &Event<'_>,
    contracts: &Contracts,
    counterpart: String,
    [before, after]: [&str; 2],
) -> TokenStream {
    let facts = facts(event, counterpart);
    let file = contracts.schema_file(event.arguments.minor_version);
    let schema = file.map(|file| {
        // Only rustdoc needs the file.
        quote! {
            #[cfg_attr(doc, doc = #before)]
            #[cfg_attr(doc, doc = ::core::include_str!(#file))]
            #[cfg_attr(doc, doc = #after)]
        }
    });
    // #[doc = "\n* Event type: `org.…`\n* Data: [`CourseEnrollmentCreated`], …"]
    // #[cfg_attr(doc, doc = include_str!("/…/schemas/org+…+v1_schema.avsc"))]
    quote! {
        #[doc = #facts]
        #schema
    }
}

fn facts(event: &Event<'_>, counterpart: String) -> String {
    let EventArguments { key, minor_version, repository, warning, local_only, .. } = &event.arguments;
    // The empty line ends the last paragraph of the user's documentation.
    let mut lines = vec![String::new()];
    if !event.event_type.is_refused() {
        lines.push(format!("* Event type: `{}`", event.event_type.text));
    }
    if *minor_version > 0 {
        lines.push(format!("* Minor version: {minor_version}"));
    }
    lines.push(counterpart);
    if !key.is_empty() {
        lines.push(format!("* Key: `{}`", event.arguments.key_path()));
    }
    if let Some(repository) = repository {
        lines.push(format!("* Repository: `{}`", repository.value()));
    }
    if let Some(warning) = warning {
        lines.push(format!("* Warning: {}", warning.value()));
    }
    if let Some(reason) = local_only {
        lines.push(format!("* Local only: {}", reason.value()));
    }
    lines.join("\n")
}
