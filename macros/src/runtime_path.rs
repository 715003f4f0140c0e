//! The path from an expansion to the runtime.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use crate::{args::Arg, diagnostics::Problems, spans::ident_at};

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
    pub(crate) fn parse(arg: &Arg, problems: &mut Problems) -> Self {
        Self(arg.path("crate = openedx_events", problems))
    }

    /// Returns whether the user wrote it.
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Imports the private module under a short name. If the path is wrong, the compiler reports it once, here, and
    /// not for each name.
    pub(crate) fn import(&self) -> TokenStream {
        let private = self.private();
        // use ::openedx_events::__private_0_1_0 as __RT;
        quote! {
            #[allow(unused_imports)]
            use #private as __RT;
        }
    }

    /// Wraps the items in a macro of the runtime if the user wrote a path. If the path is wrong, the compiler reports
    /// the macro, and not each import and attribute among the items.
    pub(crate) fn items(&self, items: TokenStream) -> TokenStream {
        if !self.is_given() {
            return items;
        }
        let private = self.private();
        // events::__private_0_1_0::items! { … }
        quote!(#private::items! { #items })
    }

    /// Returns the module outside of the import, with the span of the user's path.
    pub(crate) fn private(&self) -> TokenStream {
        let last = self.0.as_ref().and_then(|path| path.segments.last());
        let span = last.map_or_else(Span::call_site, |last| last.ident.span());
        let private = ident_at(PRIVATE, span);
        match &self.0 {
            None => quote!(::openedx_events::#private),
            Some(path) => quote!(#path::#private),
        }
    }
}

/// Returns the name of the imported module, with `span`: the compiler reports an error in generated code at the span
/// that all its tokens share.
pub(crate) fn runtime_at(span: Span) -> Ident {
    ident_at("__RT", span)
}
