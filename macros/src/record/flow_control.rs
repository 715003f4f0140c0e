//! The rule about fields that tell receivers what to do.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type};

use super::{Field, Record};
use crate::{
    diagnostics::Problems, record_kind::RecordKind, rules, runtime_path::runtime_at, spans::ident_at,
    syntax::ungrouped_type,
};

/// Checks the name of the field and its type as written.
pub(super) fn check_flow_control(field: &Field<'_>, kind: RecordKind, problems: &mut Problems) {
    if !is_command(&field.name) {
        return;
    }
    if is_bool(&field.ty) {
        let what = format!("{} `{}` tells receivers what to do", kind.field(), field.name);
        let help = "remove the field, or replace it with the fact behind the decision";
        field.waivers.check(&rules::FIELD_FLOW_CONTROL, field.ident, what, help, problems);
    } else if is_path(&field.ty) {
        // It may be an alias of `bool`, which only the compiler can tell.
        field.waivers.mark_needed(&rules::FIELD_FLOW_CONTROL);
    }
}

impl Record<'_> {
    /// Checks fields whose type may be an alias of `bool`.
    pub(crate) fn flow_control(&self) -> TokenStream {
        let commands = self
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| is_command(&field.name) && !is_bool(&field.ty) && is_path(&field.ty));
        let sound = commands.filter(|(_, field)| !field.waivers.is_refused(&rules::FIELD_FLOW_CONTROL));
        let each = sound.map(|(index, field)| {
            let waiver = field.waivers.place_of(&rules::FIELD_FLOW_CONTROL);
            let (span, function) = match waiver {
                Some(waiver) => (waiver.span(), "assert_command"),
                None => (field.ident.span(), "assert_no_command"),
            };
            let (rt, function) = (runtime_at(span), ident_at(function, span));
            // const _: () = assert_no_command(&__RECORD, 0);
            quote_spanned!(span=> const _: () = #rt::#function(&__RECORD, #index);)
        });
        quote!(#(#each)*)
    }
}

fn is_command(name: &str) -> bool {
    ["background", "force", "dry_run"].contains(&name)
        || ["update_", "skip_", "should_"].iter().any(|prefix| name.starts_with(prefix))
}

/// Returns whether the type is written as `bool` or `Option<bool>`.
fn is_bool(ty: &Type) -> bool {
    match ungrouped_type(ty) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| match &last.arguments {
            PathArguments::None => last.ident == "bool",
            PathArguments::AngleBracketed(arguments) if last.ident == "Option" => {
                matches!(arguments.args.first(), Some(GenericArgument::Type(inner)) if is_bool(inner))
            }
            _ => false,
        }),
        _ => false,
    }
}

fn is_path(ty: &Type) -> bool {
    matches!(ungrouped_type(ty), Type::Path(_))
}
