//! Generated tokens that the compiler shows as the user's own.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Type, spanned::Spanned};

/// Returns `function(arguments)`, which the compiler underlines from `function` to the end of `at`. A macro cannot join
/// spans, but the compiler underlines a call from its first to its last token.
pub(crate) fn call_up_to(at: &impl ToTokens, function: &TokenStream, arguments: TokenStream) -> TokenStream {
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
    arguments.set_span(end(at));
    quote!(#function #arguments)
}

/// Returns `name<arguments>`, which the compiler underlines in the same way.
pub(crate) fn generic_up_to(at: &impl ToTokens, name: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let close = quote_spanned!(end(at)=> >);
    quote!(#name<#arguments #close)
}

/// Returns a name of the expansion, reported at `span`. It resolves at the call of the macro, so that it cannot clash
/// with a name in the user's code.
pub(crate) fn ident_at(name: &str, span: Span) -> Ident {
    Ident::new(name, span.resolved_at(Span::call_site()))
}

/// Returns the same tokens, reported at `span`, but resolved as before.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            let resolved = token.span();
            token.set_span(span.resolved_at(resolved));
            token
        })
        .collect()
}

/// Returns the source location of `ident`. A function learns the location of its call if all tokens of the call have
/// it. They also have the edition of the user's crate: in the edition 2015, `::core` is a module of that crate.
pub(crate) fn location(ident: &Ident) -> TokenStream {
    // __RT::Location::here(__RT::std::module_path!())
    quote_spanned!(ident.span()=> __RT::Location::here(__RT::std::module_path!()))
}

/// Returns the span of the type's beginning. A type that comes from a `$ty:ty` of `macro_rules!` is in an invisible group,
/// whose span is that of `$ty`.
pub(crate) fn type_span(ty: &Type) -> Span {
    match ty {
        Type::Group(group) => type_span(&group.elem),
        other => other.span(),
    }
}

fn end(at: &impl ToTokens) -> Span {
    match at.to_token_stream().into_iter().last() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => end(&group.stream()),
        Some(last) => last.span().resolved_at(Span::call_site()),
        None => Span::call_site(),
    }
}
