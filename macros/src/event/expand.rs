//! An event's struct, its static, and their implementations.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, ext::IdentExt};

use super::{
    page,
    parse::{Event, EventArguments},
};
use crate::{
    contract::{Compared, Contracts},
    record::{self, Field, Target, builder::Built},
    rules,
    source::{source, tokens},
};

pub(crate) fn expand(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let rt = &event.arguments.path.at(Span::call_site());
    let import = event.arguments.path.import();
    let Event { item, fields, arguments, .. } = event;
    let target = Target { rt, ident: &item.ident, fields };
    let finish = |fields: String| fields;
    let names = target.names();
    let built = Built { ident: &item.ident, vis: &item.vis, finish: &finish };

    let structure = structure(event, contracts);
    let signal = signal(event, contracts);
    let record = target.record_static(&item.ident);
    let wire = if arguments.local_only.is_some() {
        local_only(event, &target)
    } else {
        wire(event, &target, contracts)
    };
    let implementations = [
        definition(event, rt, contracts),
        event_as_field(rt, &item.ident),
        key(event),
        target.flow_control(&arguments.path),
        contract_assertions(event, contracts),
        target.aliases(),
        target.defaults(),
        wire,
        tokens(&target.builder(&built, "")),
        target.builder_methods(&built),
    ];
    // pub struct CourseEnrollmentCreated { … }
    // pub static COURSE_ENROLLMENT_CREATED: Signal<CourseEnrollmentCreated> = Signal::new();
    // const _: () = { static __RECORD: Record = …; implementations };
    arguments.path.items(quote! {
        #structure
        #signal

        #[allow(dead_code, deprecated, missing_debug_implementations, non_camel_case_types, non_snake_case, unnameable_types, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #names
            #record
            #(#implementations)*
        };
    })
}

/// Returns the user's struct, without the derives that the macro implements.
fn structure(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let Event { item, attributes, fields, arguments, .. } = event;
    let (ident, vis) = (&item.ident, &item.vis);
    let (derives, lints, others) = (&attributes.derives, &attributes.lints, &attributes.others);
    let derives = (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
    let fields = fields
        .iter()
        .map(|Field { ident, vis, ty, attributes, .. }| quote!(#(#attributes)* #vis #ident: #ty));
    let deprecated = deprecated(arguments);
    let page = page::struct_page(event, contracts);
    let no_generics = record::no_generics();
    quote! {
        #(#others)*
        #page
        #(#lints)*
        #deprecated
        #derives
        #vis struct #ident #no_generics {
            #(#fields),*
        }
    }
}

fn deprecated(arguments: &EventArguments) -> Option<TokenStream> {
    let deprecated = arguments.deprecated.as_ref()?;
    let note = &deprecated.note;
    let since = deprecated.since.as_ref().map(|since| quote!(since = #since,));
    // Releases of Open edX have names, not numbers.
    Some(quote!(#[deprecated(#since note = #note)] #[allow(clippy::deprecated_semver)]))
}

fn signal(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let rt = event.arguments.path.private();
    let Event { item, attributes, arguments, constant, .. } = event;
    let (ident, vis) = (&item.ident, &item.vis);
    let docs = attributes.others.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let page = page::static_page(event, contracts);
    let deprecated = deprecated(arguments);
    // If the name is taken, the compiler reports the token that it comes from.
    let span = constant.span().resolved_at(Span::call_site());
    let declared = quote_spanned!(span=> static #constant: #rt::Signal<#ident> = #rt::Signal::new(););
    // /// …the event's documentation, and its facts
    // pub static COURSE_ENROLLMENT_CREATED: Signal<CourseEnrollmentCreated> = Signal::new();
    quote! {
        #(#docs)*
        #page
        #deprecated
        #[allow(deprecated)]
        #vis #declared
    }
}

fn definition(event: &Event<'_>, rt: &TokenStream, contracts: &Contracts) -> TokenStream {
    let Event { item, docs, arguments, constant, .. } = event;
    let ident = &item.ident;
    let event_type = arguments
        .event_type
        .as_ref()
        .map_or_else(|| "\"\"".to_token_stream(), |event_type| event_type.literal().to_token_stream());
    let name = constant.to_string();

    let span = constant.span().resolved_at(Span::call_site());
    let signal = quote_spanned!(span=> &#constant);
    let minor_version = Some(arguments.minor_version).filter(|version| *version > 0);
    let minor_version = minor_version.map(|version| quote!(.with_minor_version(#version)));
    let key = (!arguments.key.is_empty()).then(|| {
        let path = arguments.key_path();
        quote!(.with_key_field(#path))
    });
    let compared: Vec<u32> = contracts.minor_versions().collect();
    let compared = (!compared.is_empty()).then(|| quote!(.with_contracts(&[#(#compared),*])));
    let repository = arguments.repository.as_ref().map(|text| quote!(.with_repository(#text)));
    let warning = arguments.warning.as_ref().map(|text| quote!(.with_warning(#text)));
    let deprecated = arguments.deprecated.as_ref().map(|deprecated| {
        let note = &deprecated.note;
        let since = match &deprecated.since {
            Some(since) => quote!(__Some(#since)),
            None => quote!(__None),
        };
        quote!(.with_deprecated(#since, #note))
    });
    let local_only = arguments.local_only.as_ref().map(|text| quote!(.with_local_only(#text)));
    let wire = arguments.local_only.is_none().then(|| quote!(.with_wire(<__WireForm<#ident>>::FUNCTIONS)));
    // static __DEFINITION: EventDefinition = EventDefinition::new("org.…", "COURSE_…", "…", &__RECORD)…;
    // impl Event for CourseEnrollmentCreated { … }
    // #[distributed_slice(SIGNALS)] static __REGISTERED: &dyn AnySignal = &COURSE_ENROLLMENT_CREATED;
    quote! {
        static __DEFINITION: __EventDefinition =
            __EventDefinition::new(#event_type, #name, #docs, &__RECORD)
                #minor_version #compared #key #repository #warning #deprecated #local_only #wire;

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __Event for #ident {
            const DEFINITION: &'static __EventDefinition = &__DEFINITION;
            const ERASURE: __Erasure<Self> = <__Shared<#ident>>::ERASURE;
        }

        #[#rt::linkme::distributed_slice(#rt::SIGNALS)]
        #[linkme(crate = #rt::linkme)]
        static __REGISTERED: &'static dyn __AnySignal = #signal;
    }
}

/// Returns the impl with the message for an event as a field of a payload or of another event.
fn event_as_field(rt: &TokenStream, ident: &Ident) -> TokenStream {
    let name = ident.unraw().to_string();
    // impl Refused for CourseEnrollmentCreated { const REFUSAL: Refusal = Refusal::event("Course…"); }
    quote! {
        #[automatically_derived]
        impl #rt::Refused for #ident {
            const REFUSAL: #rt::Refusal = #rt::Refusal::event(#name);
        }
    }
}

/// Walks over the schema along the key, and checks each segment at its own span.
///
/// For a real field access the compiler would suggest `unwrap()` for an `Option`, and accept fields that are not on
/// the wire.
fn key(event: &Event<'_>) -> TokenStream {
    let EventArguments { key, path, waivers, .. } = &event.arguments;
    if key.is_empty() {
        return TokenStream::new();
    }
    let names: Vec<_> = key.iter().map(|name| name.unraw().to_string()).collect();
    let waiver = waivers.place_of(&rules::KEY_IS_PII);
    let is_waived = waivers.contains(&rules::KEY_IS_PII);
    let checks = key.iter().enumerate().map(|(index, segment)| {
        let rt = path.at(segment.span());
        quote_spanned!(segment.span()=> #rt::assert_key(&__RECORD, &[#(#names),*], #index, #is_waived);)
    });
    let needed = waiver.map(|at| {
        let rt = path.at(at.span());
        quote_spanned!(at.span()=> #rt::assert_key_is_pii(&__RECORD, &[#(#names),*]);)
    });
    // const _: () = {
    //     assert_key(&__RECORD, &["enrollment", "course"], 0, false);
    //     assert_key(&__RECORD, &["enrollment", "course"], 1, false);
    // };
    quote! {
        const _: () = {
            #(#checks)*
            #needed
        };
    }
}

fn contract_assertions(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let EventArguments { event_type, minor_version, local_only, path, .. } = &event.arguments;
    let Some(event_type) = event_type else {
        return TokenStream::new();
    };
    contracts.assertions(&Compared {
        event_type,
        minor_version: *minor_version,
        local_only: local_only.is_some(),
        fields: &event.fields,
        path,
    })
}

fn wire(event: &Event<'_>, target: &Target<'_>, contracts: &Contracts) -> TokenStream {
    let ident = target.ident;
    let path = &event.arguments.path;
    let checks = [target.type_assertions(path), target.schema_assertions(path, "assert_data_key")];
    let fields =
        target.fields_impl(&contracts.earlier_ends(event.arguments.minor_version, target.fields.len()));
    let plain = target.plain_impls(&event.attributes.above);
    let is_missing = |name: &str| !event.attributes.above.iter().any(|above| above == name);
    let serialize = is_missing("Serialize").then(|| {
        source! {
            [ident]
            #[automatically_derived]
            impl __Serialize for #ident {
                fn serialize<__S: __Serializer>(
                    &self,
                    __serializer: __S,
                ) -> __Written<__S> {
                    __serialize_record(self, __serializer)
                }
            }
        }
    });
    let deserialize = is_missing("Deserialize").then(|| {
        source! {
            [ident]
            #[automatically_derived]
            impl<'de> __Deserialize<'de> for #ident {
                fn deserialize<__D: __Deserializer<'de>>(
                    __deserializer: __D,
                ) -> __Read<'de, Self, __D> {
                    __deserialize_record(__deserializer)
                }
            }
        }
    });
    // impl Serialize for CourseEnrollmentCreated { … }
    // impl<'de> Deserialize<'de> for CourseEnrollmentCreated { … }
    let implementations = [Some(fields), Some(plain), serialize, deserialize];
    let implementations = tokens(&implementations.into_iter().flatten().collect::<String>());
    quote!(#(#checks)* #implementations)
}

/// Implements `Debug` without the fields, whose types can be anything.
fn local_only(event: &Event<'_>, target: &Target<'_>) -> TokenStream {
    let ident = target.ident;
    let name = ident.unraw().to_string();
    let assertions = target.schema_assertions(&event.arguments.path, "assert_shared");
    let debug = event.attributes.above.is_empty().then(|| {
        quote! {
            #[automatically_derived]
            impl __Debug for #ident {
                fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                    __debug_opaque(__f, #name)
                }
            }
        }
    });
    quote!(#assertions #debug)
}
