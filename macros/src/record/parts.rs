//! Functions over all fields, cut into parts if there are many.
//!
//! LLVM takes minutes for one function that handles hundreds of fields, or dies of it, because the work for each field
//! includes dropping all those before it. In a closure that is never inlined, a part stays small.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Index;

use super::{Field, Target};

/// A struct with more fields than this is cut. No event of Open edX has as many.
const MOST_IN_ONE: usize = 32;

/// How many fields a part has.
const IN_A_PART: usize = 16;

impl Target<'_> {
    /// Returns `each` for each field, one after the other.
    pub(super) fn statements(&self, each: impl Fn(&Field<'_>) -> TokenStream) -> TokenStream {
        let parts = self.parts(|part| {
            let statements = part.iter().map(&each);
            quote!(#(#statements)*)
        });
        // apart(|| { …; …; }); apart(|| { …; …; });
        quote!(#(#parts;)*)
    }

    /// Returns the expressions that `join` makes of the fields of each part.
    pub(super) fn parts(&self, join: impl Fn(&[Field<'_>]) -> TokenStream) -> Vec<TokenStream> {
        let rt = self.rt;
        if self.fields.len() <= MOST_IN_ONE {
            return vec![join(self.fields)];
        }
        let apart = |part| {
            let joined = join(part);
            quote!(#rt::apart(|| { #joined }))
        };
        self.fields.chunks(IN_A_PART).map(apart).collect()
    }

    /// Returns a value of the struct with what `each` returns for each field. A part gives its values as `given` makes
    /// them, and `taken` gets them back.
    pub(super) fn value(
        &self,
        each: impl Fn(&Field<'_>) -> TokenStream,
        given: impl Fn(TokenStream) -> TokenStream,
        taken: impl Fn(TokenStream) -> TokenStream,
    ) -> TokenStream {
        if self.fields.len() <= MOST_IN_ONE {
            let (idents, values) =
                (self.fields.iter().map(|field| field.ident), self.fields.iter().map(each));
            // Self { id: …, is_active: … }
            return quote!(Self { #(#idents: #values),* });
        }
        let parts = self.parts(|part| {
            let values = part.iter().map(&each);
            given(quote!((#(#values,)*)))
        });
        let names: Vec<_> = (0..parts.len()).map(|index| format_ident!("__part_{index}")).collect();
        let parts = parts.into_iter().map(taken);
        let fields = self.fields.iter().map(|Field { ident, index, .. }| {
            let (part, place) = (&names[index / IN_A_PART], Index::from(index % IN_A_PART));
            quote!(#ident: #part.#place)
        });
        // { let __part_0 = apart(|| (…, …)); …; Self { id: __part_0.0, is_active: __part_0.1, … } }
        quote!({
            #(let #names = #parts;)*
            Self { #(#fields),* }
        })
    }
}
