//! One element of the registry's slice: the receiver of one signal.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, ReturnType, Type, ext::IdentExt, spanned::Spanned};

use super::{
    batch::Batch,
    parameters::{Parameter, Source},
    parse::{Input, Receiver},
};
use crate::{
    runtime_path::runtime_at,
    spans::{ident_at, location, type_span},
    syntax::ungrouped_type,
};

/// Returns the only call that mentions the user's signal, so that the compiler reports a wrong signal here.
pub(super) fn signal(signal: &Path) -> TokenStream {
    let rt = runtime_at(signal.span());
    quote_spanned!(signal.span()=> #rt::signal(&#signal))
}

pub(super) fn element(receiver: &Receiver, index: usize, signal: &Path) -> TokenStream {
    let function = &receiver.function.signature.ident;
    let name = function.unraw().to_string();
    let location = location(function);
    let element = format_ident!("__RECEIVER_{index}");
    let parameters = match &receiver.input {
        Input::Parameters(parameters) => parameters,
        Input::Batch(batch) => return batch_element(receiver, batch, signal),
    };
    let (order, signal) = (receiver.order, self::signal(signal));
    let data_key = if receiver.signals.len() > 1 { "shared_data_key" } else { "data_key" };
    let arguments = parameters.iter().map(|parameter| argument(parameter, data_key));
    let call = quote!((#function)(#(#arguments),*));
    let (constructor, body) = match &receiver.function.signature.asyncness {
        None => ("receiver", returned(receiver, &call)),
        Some(keyword) => ("async_receiver", in_future(receiver, &call, keyword.span)),
    };
    let constructor = format_ident!("{constructor}");
    let takes_metadata = parameters.iter().any(|one| matches!(one.source, Source::Metadata));
    let with_metadata = takes_metadata.then(|| quote!(.with_metadata()));
    let (named, only) = (named(receiver), only(receiver));
    // #[distributed_slice(slices::RECEIVERS)]
    // static __RECEIVER_0: ReceiverElement = &signal(&COURSE_ENROLLMENT_CREATED).receiver(
    //     "notify", Location::here(module_path!()), 0,
    //     &notify,
    //     |__event, __delivery| {
    //         #[allow(deprecated)]
    //         let __returned = notify(data_key(&__event.enrollment), data_key(metadata(__event, __delivery)));
    //         ReceiverReturn::outcome(__returned)
    //     },
    // ).with_metadata().named("notices.notify").only(EventOrigin::Bus);
    //
    // An `async fn`: `async_receiver`, with the closure
    //
    //     |__event, __delivery| {
    //         #[allow(deprecated)]
    //         let __future = notify(data_key(&__event.enrollment), data_key(metadata(__event, __delivery)));
    //         in_future(__future, |__returned| ReceiverReturn::outcome(__returned))
    //     },
    quote! {
        #[__RT::linkme::distributed_slice(__RT::slices::RECEIVERS)]
        #[linkme(crate = __RT::linkme)]
        static #element: __RT::ReceiverElement = &#signal.#constructor(
            #name,
            #location,
            #order,
            {
                #[allow(deprecated)]
                let __function = &#function;
                __function
            },
            |__event, __delivery| { #body },
        ) #with_metadata #named #only;
    }
}

/// Returns the registration of a batch receiver.
fn batch_element(receiver: &Receiver, batch: &Batch, signal: &Path) -> TokenStream {
    let function = &receiver.function.signature.ident;
    let name = function.unraw().to_string();
    let location = location(function);
    let (max, wait) = (batch.max as usize, batch.wait_millis);
    let rt = runtime_at(signal.span());
    let batches = quote_spanned!(signal.span()=> #rt::batches(&#signal));
    let ty = referenced(&batch.ty);
    let span = type_span(ty);
    let rt = runtime_at(span);
    let (batch, batch_of) = (ident_at("__batch", span), ident_at("batch_of", span));
    // batch_of::<_, Batch<TrackingEventEmitted>>(__batch)
    let argument = quote_spanned!(span=> #rt::#batch_of::<_, #ty>(#batch));
    let call = quote!((#function)(#argument));
    let (constructor, body) = match &receiver.function.signature.asyncness {
        None => ("receiver", returned(receiver, &call)),
        Some(keyword) => ("async_receiver", in_future(receiver, &call, keyword.span)),
    };
    let constructor = format_ident!("{constructor}");
    let (named, only) = (named(receiver), only(receiver));
    // #[distributed_slice(slices::RECEIVERS)]
    // static __RECEIVER_0: ReceiverElement = &batches(&TRACKING_EVENT_EMITTED).receiver(
    //     "forward", Location::here(module_path!()), batch_limits(500, 5000),
    //     &forward,
    //     |__batch| {
    //         #[allow(deprecated)]
    //         let __returned = forward(batch_of(__batch));
    //         BatchReturn::batch_outcome(__returned)
    //     },
    // ).named("tracking.forward").only(EventOrigin::Bus);
    //
    // An `async fn`: `async_receiver`, whose closure ends in
    //
    //     in_batch_future(__future, |__returned| BatchReturn::batch_outcome(__returned))
    quote! {
        #[__RT::linkme::distributed_slice(__RT::slices::RECEIVERS)]
        #[linkme(crate = __RT::linkme)]
        static __RECEIVER_0: __RT::ReceiverElement = &#batches.#constructor(
            #name,
            #location,
            __RT::batch_limits(#max, #wait),
            {
                #[allow(deprecated)]
                let __function = &#function;
                __function
            },
            |__batch| { #body },
        ) #named #only;
    }
}

fn named(receiver: &Receiver) -> Option<TokenStream> {
    receiver.name.as_ref().map(|name| quote!(.named(#name)))
}

fn only(receiver: &Receiver) -> Option<TokenStream> {
    receiver.only.as_ref().map(|only| {
        let origin = if only.is_bus { quote!(Bus) } else { quote!(Process) };
        quote!(.only(__RT::EventOrigin::#origin))
    })
}

/// Returns the argument, with the span of the user's type. It repeats the parameter's type, so that the compiler
/// compares it here, in the function `data_key`, with a message of ours.
fn argument(parameter: &Parameter, data_key: &str) -> TokenStream {
    let ty = referenced(&parameter.ty);
    let span = type_span(ty);
    let rt = runtime_at(span);
    let (event, delivery) = (ident_at("__event", span), ident_at("__delivery", span));
    let value = match &parameter.source {
        Source::DataKey(key) => quote_spanned!(span=> &#event.#key),
        Source::Metadata => quote_spanned!(span=> #rt::metadata(#event, #delivery)),
        Source::Event => quote_spanned!(span=> #event),
        Source::FromEventBus => {
            return quote_spanned!(span=> #rt::from_event_bus::<#ty>(#delivery.from_event_bus));
        }
    };
    // data_key::<_, UserData>(&__event.user)
    let data_key = ident_at(data_key, span);
    quote_spanned!(span=> #rt::#data_key::<_, #ty>(#value))
}

/// Returns the `T` of a `&T`.
fn referenced(ty: &Type) -> &Type {
    match ungrouped_type(ty) {
        Type::Reference(reference) => &reference.elem,
        other => other,
    }
}

/// Returns the body of the closure that runs a receiver.
fn returned(receiver: &Receiver, call: &TokenStream) -> TokenStream {
    let outcome = outcome(receiver);
    quote! {
        #[allow(deprecated)]
        let __returned = #call;
        #outcome
    }
}

/// Returns the body of the closure that begins an async receiver. If the future cannot go to other threads, the compiler reports
/// that at `keyword`.
fn in_future(receiver: &Receiver, call: &TokenStream, keyword: Span) -> TokenStream {
    let outcome = outcome(receiver);
    let rt = runtime_at(keyword);
    let future = ident_at("__future", keyword);
    let in_future = match receiver.input {
        Input::Parameters(_) => ident_at("in_future", keyword),
        Input::Batch(_) => ident_at("in_batch_future", keyword),
    };
    let in_future = quote_spanned!(keyword=> #rt::#in_future);
    let argument = quote_spanned!(keyword=> #future);
    quote! {
        #[allow(deprecated)]
        let __future = #call;
        #in_future(#argument, |__returned| #outcome)
    }
}

/// Returns the outcome, with the span of the return type, at which the compiler reports a wrong type.
fn outcome(receiver: &Receiver) -> TokenStream {
    let span = match &receiver.function.signature.output {
        ReturnType::Default => Span::call_site(),
        ReturnType::Type(_, ty) => type_span(ty),
    };
    let rt = runtime_at(span);
    let returned = ident_at("__returned", span);
    match receiver.input {
        Input::Parameters(_) => quote_spanned!(span=> #rt::ReceiverReturn::outcome(#returned)),
        Input::Batch(_) => quote_spanned!(span=> #rt::BatchReturn::batch_outcome(#returned)),
    }
}
