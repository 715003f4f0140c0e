//! Assertions that compare the event with its contracts.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::Contracts;
use crate::{
    event_type::EventType,
    record::Field,
    runtime_path::runtime_at,
    spans::{ident_at, respan},
};

/// The number of broken paths that are reported for one data key, one error each. The runtime uses the same number.
const REPORTS: usize = 4;

impl Contracts {
    /// Compares the event with its contracts. The code needs `__RECORD` in scope.
    pub(crate) fn assertions(
        &self,
        event_type: &EventType,
        minor_version: u32,
        local_only: bool,
        fields: &[Field<'_>],
    ) -> TokenStream {
        let published = &self.published;
        if published.is_empty() {
            return TokenStream::new();
        }
        let (text, span) = (&event_type.text, event_type.literal.span());
        let defaulted = (0..fields.len()).filter(|index| fields[*index].default.is_some());
        let versions = published.iter().map(|contract| contract.minor_version);
        let texts = published.iter().map(|contract| &contract.text);

        let keys = fields.iter().enumerate().map(|(index, field)| {
            let broken = format_ident!("__BROKEN_{index}");
            let name = &field.name;
            let reports = (0..REPORTS)
                .map(|index| assertion(field.ident.span(), &broken.to_token_stream(), name, index));
            quote! {
                const #broken: ::core::primitive::usize = __CONTRACTS.broken(#name);
                #(#reports)*
            }
        });
        let mut gone: Vec<&String> = published.iter().flat_map(|contract| &contract.keys).collect();
        gone.retain(|key| fields.iter().all(|field| field.name != **key));
        gone.sort_unstable();
        gone.dedup();
        let gone = gone.into_iter().map(|key| assertion(span, &quote!(__CONTRACTS.broken(#key)), key, 0));
        // static __CONTRACTS: Contracts = Contracts { …, published: &[(0, "(seat:SeatData(number:long))")] };
        // const __BROKEN_0: usize = __CONTRACTS.broken("seat");
        // const _: () = assert_contract(&__CONTRACTS, __BROKEN_0, "seat", 0);
        quote! {
            static __CONTRACTS: __RT::Contracts = __RT::Contracts {
                event_type: #text,
                minor_version: #minor_version,
                local_only: #local_only,
                record: &__RECORD,
                defaulted: &[#(#defaulted),*],
                published: &[#((#versions, #texts)),*],
            };
            #(#keys)*
            #(#gone)*
        }
    }
}

/// Returns one assertion. All its tokens have the span at which the compiler reports the error.
fn assertion(span: Span, broken: &TokenStream, key: &str, index: usize) -> TokenStream {
    let rt = runtime_at(span);
    let function = ident_at("assert_contract", span);
    let span = function.span();
    let broken = respan(broken.clone(), span);
    quote_spanned! {span=>
        const _: () = #rt::#function(&__CONTRACTS, #broken, #key, #index);
    }
}
