//! The registration of a receiver: one element of the registry's slice for each signal.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Path, ext::IdentExt, spanned::Spanned};

use super::parse::{Parameter, Receiver, Source};
use crate::record::schema::location;

pub(crate) fn expand(receiver: &Receiver) -> TokenStream {
    let rt = receiver.path.private();
    let name = &receiver.function.sig.ident;
    let registered = format_ident!("__{}_is_registered", name);
    // Whoever allows the function to use a deprecated signal means this use of it, too.
    let allowed = receiver
        .function
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("allow"));
    let elements = receiver
        .signals
        .iter()
        .enumerate()
        .map(|(index, signal)| element(receiver, index, signal, &rt));
    // Beside an associated function, this one makes the compiler say that there is no free function of that
    // name; an item such as `const _` could not stand there.
    //
    // fn __notify_is_registered() { statics… }
    quote! {
        #[doc(hidden)]
        #(#allowed)*
        #[allow(dead_code, non_snake_case, clippy::pedantic)]
        fn #registered() {
            #(#elements)*
        }
    }
}

fn element(receiver: &Receiver, index: usize, signal: &Path, rt: &TokenStream) -> TokenStream {
    let function = &receiver.function.sig.ident;
    let name = function.unraw().to_string();
    let order = receiver.order;
    let location = location(rt, function);
    let element = format_ident!("__RECEIVER_{index}");
    // Only this call mentions the user's signal, so that what is wrong with it is said there.
    let signal_rt = receiver.path.at(signal.span());
    let signal = quote_spanned!(signal.span()=> #signal_rt::signal(&#signal));
    let arguments = receiver
        .parameters
        .iter()
        .map(|parameter| argument(receiver, parameter));
    let outcome = outcome(receiver);
    // #[distributed_slice(RECEIVERS)]
    // static __RECEIVER_0: &dyn AnyReceiver = &signal(&COURSE_ENROLLMENT_CREATED).receiver(
    //     "notify", Location { … }, 0,
    //     || type_name_of_val(&notify),
    //     |__event, __delivery| {
    //         #[allow(deprecated)]
    //         let __returned = notify(data_key(&__event.enrollment), data_key(__delivery.metadata));
    //         ReceiverReturn::outcome(__returned)
    //     },
    // );
    quote! {
        #[#rt::linkme::distributed_slice(#rt::RECEIVERS)]
        #[linkme(crate = #rt::linkme)]
        static #element: &'static dyn #rt::AnyReceiver = &#signal.receiver(
            #name,
            #location,
            #order,
            || ::core::any::type_name_of_val(&#function),
            |__event, __delivery| {
                #[allow(deprecated)]
                let __returned = #function(#(#arguments),*);
                #outcome
            },
        );
    }
}

/// The argument, all of it at the user's type or name.
fn argument(receiver: &Receiver, parameter: &Parameter) -> TokenStream {
    let span = parameter.ty.span();
    let rt = receiver.path.at(span);
    let (event, delivery) = (local("__event", span), local("__delivery", span));
    match &parameter.source {
        Source::DataKey(key) => quote_spanned!(span=> #rt::data_key(&#event.#key)),
        Source::Metadata => quote_spanned!(span=> #rt::data_key(#delivery.metadata)),
        Source::Event => quote_spanned!(span=> #rt::data_key(#event)),
        Source::FromEventBus => quote_spanned!(span=> #delivery.from_event_bus),
    }
}

/// A variable of the expansion, shown at `span`. Its name is not one that the user's function may have.
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, Span::call_site().located_at(span))
}

/// An error about the returned type is shown at that type.
fn outcome(receiver: &Receiver) -> TokenStream {
    let span = receiver.return_type().map_or_else(Span::call_site, Spanned::span);
    let rt = receiver.path.at(span);
    let returned = local("__returned", span);
    quote_spanned!(span=> #rt::ReceiverReturn::outcome(#returned))
}
