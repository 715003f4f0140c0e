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
    let element = format_ident!("RECEIVER_{index}");
    // Only this call mentions the user's signal, so that what is wrong with it is said there.
    let signal_rt = receiver.path.at(signal.span());
    let signal = quote_spanned!(signal.span()=> #signal_rt::signal(&#signal));
    let arguments = receiver
        .parameters
        .iter()
        .map(|parameter| argument(receiver, parameter));
    let outcome = outcome(receiver);
    // #[distributed_slice(RECEIVERS)]
    // static RECEIVER_0: &dyn AnyReceiver = &signal(&COURSE_ENROLLMENT_CREATED).receiver(
    //     "notify", Location { … }, 0,
    //     || type_name_of_val(&notify),
    //     |event, delivery| {
    //         let returned = notify(data_key(&event.enrollment), data_key(delivery.metadata));
    //         ReceiverReturn::outcome(returned)
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
            |event, delivery| {
                let returned = #function(#(#arguments),*);
                #outcome
            },
        );
    }
}

/// The argument, all of it at the user's type or name.
fn argument(receiver: &Receiver, parameter: &Parameter) -> TokenStream {
    let span = parameter.ty.span();
    let rt = receiver.path.at(span);
    let here = |name: &str| Ident::new(name, Span::call_site().located_at(span));
    let (event, delivery) = (here("event"), here("delivery"));
    match &parameter.source {
        Source::DataKey(key) => quote_spanned!(span=> #rt::data_key(&#event.#key)),
        Source::Metadata => quote_spanned!(span=> #rt::data_key(#delivery.metadata)),
        Source::Event => quote_spanned!(span=> #rt::data_key(#event)),
        Source::FromEventBus => quote_spanned!(span=> #delivery.from_event_bus),
    }
}

/// An error about the returned type is shown at that type.
fn outcome(receiver: &Receiver) -> TokenStream {
    let span = receiver.return_type().map_or_else(Span::call_site, Spanned::span);
    let rt = receiver.path.at(span);
    let returned = Ident::new("returned", Span::call_site().located_at(span));
    quote_spanned!(span=> #rt::ReceiverReturn::outcome(#returned))
}
