//! `#[payload]`: parses the struct and its arguments, checks the rules about payloads, and expands the payload. This
//! folder may use `record` and the shared files, but neither `event` nor `receiver`.

mod arguments;
mod expand;
mod fallback;

use proc_macro2::TokenStream;

use self::arguments::PayloadArguments;
use crate::{
    diagnostics::report,
    record::{self, Record},
    record_kind::RecordKind,
    syntax::parse_item,
};

/// Returns the expansion, or the user's item with the reasons why there is none.
pub(crate) fn payload(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let item = match parse_item("payload", item) {
        Ok(item) => item,
        Err(unreadable) => return unreadable,
    };
    report(|problems| {
        let PayloadArguments { path, pii, mut waivers } = PayloadArguments::parse(arguments, problems);
        let Some(structure) = record::check_shape(&item, RecordKind::Payload, problems) else {
            return fallback::expand(&item, &path, &[]);
        };
        let mut record = Record::parse(structure, RecordKind::Payload, false, pii, &mut waivers, problems);
        record.check_documented(problems);
        for field in &record.fields {
            record.check_field(field, problems);
            field.waivers.check_needed(problems);
        }
        let above = &record.attributes.derived_above;
        if !record.can_expand() || !above.is_empty() {
            return fallback::expand(&item, &path, above);
        }
        record.replace_refused_types();
        expand::expand(&record, &path)
    })
}
