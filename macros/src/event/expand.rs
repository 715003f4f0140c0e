//! An event's struct, its static, and their implementations.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Ident, Item, LitStr, Visibility, ext::IdentExt};

use super::{arguments::EventArguments, page, parse::Event};
use crate::{
    contract::Contracts,
    diagnostics::Problems,
    names,
    record::{self, Record},
    record_kind::RecordKind,
    rules,
    runtime_path::runtime_at,
    source::tokens,
};

pub(crate) fn expand(event: &Event<'_>, contracts: &Contracts, problems: &mut Problems) -> TokenStream {
    let Event { record, arguments, event_type, .. } = event;
    let is_local = arguments.local_only.is_some();
    let (structure, signal) = (structure(event, contracts), signal(event, contracts, problems));
    let wire = if is_local { local_only(record) } else { wire(event, contracts) };
    // pub struct CourseEnrollmentCreated { … }
    // pub static COURSE_ENROLLMENT_CREATED: Signal<CourseEnrollmentCreated> = Signal::new();
    // const _: () = { static __RECORD: Record = …; implementations };
    record.expansion(
        &arguments.path,
        &quote!(#structure #signal),
        &[
            definition(event, contracts),
            event_as_field(&record.item.ident),
            key(event),
            record.flow_control(),
            contracts.assertions(event_type, arguments.minor_version, is_local, &record.fields),
            record.aliases(),
            record.defaults(),
            wire,
            tokens(&record.builder("")),
            record.builder_methods(),
        ],
    )
}

/// Returns the user's struct, without the derives that the macro implements.
fn structure(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let Event { record, arguments, .. } = event;
    let (lints, others) = (&record.attributes.lints, &record.attributes.others);
    let (deprecated, page) = (deprecated(arguments), page::struct_page(event, contracts));
    record.holder_struct(&quote!(#(#others)* #page #(#lints)* #deprecated))
}

fn deprecated(arguments: &EventArguments) -> Option<TokenStream> {
    let deprecated = arguments.deprecated.as_ref()?;
    let note = &deprecated.note;
    let since = deprecated.since.as_ref().map(|since| quote!(since = #since,));
    // Releases of Open edX have names, not numbers.
    Some(quote!(#[deprecated(#since note = #note)] #[allow(clippy::deprecated_semver)]))
}

fn signal(event: &Event<'_>, contracts: &Contracts, problems: &mut Problems) -> TokenStream {
    let rt = event.arguments.path.private();
    let Event { record, arguments, constant, .. } = event;
    let (ident, vis) = (&record.item.ident, &record.item.vis);
    let docs = record.attributes.others.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let has_examples = record.docs.may_have_examples();
    let docs =
        docs.map(
            |Attribute { meta, .. }| {
                if has_examples { quote!(#[cfg_attr(not(doctest), #meta)]) } else { quote!(#[#meta]) }
            },
        );
    let page = page::static_page(event, contracts);
    let deprecated = deprecated(arguments);
    // If the name is taken, the compiler reports the token that it comes from.
    let span = constant.span().resolved_at(Span::call_site());
    if event.has_reserved_key {
        // Receivers of the data key would be reported as well.
        return refused_signal(vis, constant, problems);
    }
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

/// Returns the item of an event that does not have the shape of one, with a signal.
pub(crate) fn refused(item: &Item, problems: &mut Problems) -> TokenStream {
    let bare = record::without_attributes(item, RecordKind::Event);
    let (ident, vis) = match item {
        Item::Struct(item) => (&item.ident, &item.vis),
        Item::Enum(item) => (&item.ident, &item.vis),
        Item::Union(item) => (&item.ident, &item.vis),
        _ => return bare,
    };
    let name = names::constant_name(&ident.unraw().to_string());
    let signal = syn::parse_str::<Ident>(&name).ok().map(|constant| refused_signal(vis, &constant, problems));
    quote!(#bare #signal)
}

/// Returns what stands in for an event of a package that does not depend on the runtime.
pub(crate) fn without_runtime(item: &Item, name: Option<&LitStr>, problems: &mut Problems) -> TokenStream {
    let constant = name.map(LitStr::value).or_else(|| match item {
        Item::Struct(item) => Some(names::constant_name(&item.ident.unraw().to_string())),
        _ => None,
    });
    let constant = constant.and_then(|name| syn::parse_str(&name).ok());
    record::without_runtime(item, constant.as_ref(), problems)
}

/// Returns a signal for an event that was refused, so that its senders and receivers are not reported as well.
fn refused_signal(vis: &Visibility, constant: &Ident, problems: &mut Problems) -> TokenStream {
    let Some((reported, refused)) = problems.refused_type(constant) else { return TokenStream::new() };
    // pub static COURSE_ENROLLMENT_CREATED: __refused_COURSE_ENROLLMENT_CREATED::Refused = unreachable!();
    quote! {
        #reported
        #[allow(missing_docs)]
        #vis static #constant: #refused = ::core::unreachable!();
    }
}

fn definition(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let Event { record, arguments, event_type, constant, .. } = event;
    let (ident, docs, event_type) = (&record.item.ident, &record.docs, &event_type.literal);
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
    // #[distributed_slice(slices::SIGNALS)] static __REGISTERED: SignalElement = &COURSE_ENROLLMENT_CREATED;
    quote! {
        static __DEFINITION: __EventDefinition =
            __EventDefinition::new(#event_type, #name, #docs, &__RECORD)
                #minor_version #compared #key #repository #warning #deprecated #local_only #wire;

        #[diagnostic::do_not_recommend]
        impl __Event for #ident {
            const DEFINITION: &'static __EventDefinition = &__DEFINITION;
            const ERASURE: __Erasure<Self> = <__Shared<#ident>>::ERASURE;
        }

        #[__RT::linkme::distributed_slice(__RT::slices::SIGNALS)]
        #[linkme(crate = __RT::linkme)]
        static __REGISTERED: __RT::SignalElement = #signal;
    }
}

/// Returns the impl with the message for an event as a field of a payload or of another event.
fn event_as_field(ident: &Ident) -> TokenStream {
    let name = ident.unraw().to_string();
    // impl Refused for CourseEnrollmentCreated { const REFUSAL: Refusal = Refusal::event("Course…"); }
    quote! {
        impl __RT::Refused for #ident {
            const REFUSAL: __RT::Refusal = __RT::Refusal::event(#name);
        }
    }
}

/// Walks over the schema along the key, and checks each segment at its own span.
///
/// For a real field access the compiler would suggest `unwrap()` for an `Option`, and accept fields that are not on
/// the wire.
fn key(event: &Event<'_>) -> TokenStream {
    let EventArguments { key, waivers, .. } = &event.arguments;
    if key.is_empty() {
        return TokenStream::new();
    }
    let names: Vec<_> = key.iter().map(|name| name.unraw().to_string()).collect();
    let waiver = waivers.place_of(&rules::KEY_IS_PII);
    let is_waived = waivers.contains(&rules::KEY_IS_PII);
    let checks = key.iter().enumerate().map(|(index, segment)| {
        let rt = runtime_at(segment.span());
        quote_spanned!(segment.span()=> #rt::assert_key(&__RECORD, &[#(#names),*], #index, #is_waived);)
    });
    let needed = waiver.map(|at| {
        let rt = runtime_at(at.span());
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

fn wire(event: &Event<'_>, contracts: &Contracts) -> TokenStream {
    let Event { record, arguments, .. } = event;
    let assertions = record.wire_assertions("assert_data_key");
    let earlier_ends = contracts.earlier_ends(arguments.minor_version, record.fields.len());
    let implementations = tokens(
        &[
            record.fields_impl(&earlier_ends),
            record.plain_impls(),
            record.serde_impls("self", "__deserialize_record(__deserializer)"),
        ]
        .concat(),
    );
    quote!(#assertions #implementations)
}

/// Implements `Debug` without the fields, whose types can be anything.
fn local_only(record: &Record<'_>) -> TokenStream {
    let ident = &record.item.ident;
    let name = ident.unraw().to_string();
    let assertions = record.schema_assertions("assert_shared");
    let debug = record.attributes.derived_above.is_empty().then(|| {
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
