//! Generated tokens that the compiler shows as what the user wrote.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote};

/// `function(arguments)`, underlined from where `function` is to the end of `at`: a span of several tokens can
/// only be made of two of them.
pub(crate) fn call_up_to(at: &impl ToTokens, function: &TokenStream, arguments: TokenStream) -> TokenStream {
    let end = at.to_token_stream().into_iter().last();
    let end = end.map_or_else(Span::call_site, |last| last.span());
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
    arguments.set_span(end.resolved_at(Span::call_site()));
    quote!(#function #arguments)
}
