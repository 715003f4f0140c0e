//! The path by which an expansion reaches the runtime.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

/// The runtime's private module, whose name changes with each release.
pub(crate) const PRIVATE: &str = concat!(
    "__private_",
    env!("CARGO_PKG_VERSION_MAJOR"),
    "_",
    env!("CARGO_PKG_VERSION_MINOR"),
    "_",
    env!("CARGO_PKG_VERSION_PATCH"),
);

/// `crate = path`, or the crate under its own name.
#[derive(Default)]
pub(crate) struct RuntimePath(Option<syn::Path>);

impl RuntimePath {
    pub(crate) fn set(&mut self, path: Option<syn::Path>) {
        self.0 = path;
    }

    /// Whether the user wrote it.
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Brings the module that expansions use into a scope of theirs, under a short name. Where the path is wrong,
    /// the compiler says so once, here, and not of each name behind it.
    pub(crate) fn import(&self) -> TokenStream {
        let (private, name) = (self.private(), short(Span::call_site()));
        // use ::openedx_events::__private_0_1_0 as __RT;
        quote! {
            #[allow(unused_imports)]
            use #private as #name;
        }
    }

    /// The items, where the path leads to the runtime: the compiler says once that it does not, and not of each
    /// import and attribute behind it.
    pub(crate) fn items(&self, items: TokenStream) -> TokenStream {
        match &self.0 {
            None => items,
            Some(_) => {
                let private = self.private();
                // events::__private_0_1_0::items! { … }
                quote!(#private::items! { #items })
            }
        }
    }

    /// That module in the scope of the import, at `span`: an error in generated code is shown where all tokens of
    /// it say they are.
    #[allow(clippy::unused_self, reason = "the import is of this path")]
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        short(span).to_token_stream()
    }

    /// That module outside of the import, at the user's tokens.
    pub(crate) fn private(&self) -> TokenStream {
        let last = self.0.as_ref().and_then(|path| path.segments.last());
        let span = last.map_or_else(Span::call_site, |last| last.ident.span());
        let private = syn::Ident::new(PRIVATE, span.resolved_at(Span::call_site()));
        match &self.0 {
            None => quote!(::openedx_events::#private),
            Some(path) => quote!(#path::#private),
        }
    }
}

fn short(span: Span) -> syn::Ident {
    // Names resolve where the macro is called, whatever the place is that errors are shown at.
    syn::Ident::new("__RT", span.resolved_at(Span::call_site()))
}
