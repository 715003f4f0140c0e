//! The path by which an expansion reaches the runtime.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

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

    /// The path of the module that expansions use, all of it at `span`: an error in generated code is
    /// shown where all tokens of it say they are.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        // Names resolve where the macro is called, whatever the place is that errors are shown at.
        let span = span.resolved_at(Span::call_site());
        let private = syn::Ident::new(PRIVATE, span);
        match &self.0 {
            None => quote_spanned!(span=> ::openedx_events::#private),
            Some(path) => {
                let path = respan(quote::quote!(#path), span);
                quote_spanned!(span=> #path::#private)
            }
        }
    }

    /// The crate's path as users write it, for `#[linkme(crate = …)]` and documentation.
    pub(crate) fn private(&self) -> TokenStream {
        self.at(Span::call_site())
    }
}

/// The same tokens, shown at `span` but resolved as before.
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
