//! Contracts: the published schemas of an event type, in the folder `schemas` of its package.
//!
//! The macro reads them. The compiler, which knows the types, compares them with the event. This folder may use
//! `event_type` and the shared files.

mod assertions;
mod avro;
mod files;

use proc_macro2::TokenStream;
use quote::quote;

use files::NotFound;

use crate::{
    diagnostics::{Problem, Problems},
    event_type::EventType,
    rules,
};

#[derive(Default)]
pub(crate) struct Contracts {
    /// The contracts that the event is compared with, the newest first; none if a mistake was found in one of them.
    published: Vec<Contract>,
    /// The absolute paths of all files, including unreadable ones.
    paths: Vec<String>,
}

struct Contract {
    minor_version: u32,
    /// The short form, which the runtime's `schema/contract/text.rs` reads.
    text: String,
    keys: Vec<String>,
    /// The absolute path of the file.
    path: Option<String>,
}

impl Contracts {
    /// Reads the contracts of `event_type`. `minor_version` is the version of the event's definition.
    pub(crate) fn read(event_type: &EventType, minor_version: u32, problems: &mut Problems) -> Self {
        let mut contracts = Self::default();
        let EventType { literal, text, .. } = event_type;
        let before = problems.len();
        let mut refuse = |what: String, help: &str| {
            problems.push(Problem::of(&rules::CONTRACT_BROKEN, literal, what).help(help));
        };
        let files = files::find(text, literal.span()).unwrap_or_else(|NotFound { what, help }| {
            refuse(what, help);
            Vec::new()
        });
        for file in files {
            let name = &file.name;
            contracts.paths.extend(file.path.clone());
            let Some(minor) = file.minor_version else {
                let what = format!("the name of contract `{name}` does not end in a minor version");
                refuse(what, "name minor version 0 `…_schema.avsc`, and minor version 1 `…_schema.1.avsc`");
                continue;
            };
            match file.text.and_then(|json| avro::read(&json, text)) {
                Ok((text, keys)) => {
                    let path = file.path;
                    contracts.published.push(Contract { minor_version: minor, text, keys, path });
                }
                Err(why) => {
                    let help = "restore the published file, or delete it if it was never published";
                    refuse(format!("contract `{name}` is not the schema of an event: {why}"), help);
                }
            }
        }
        contracts.published.sort_by_key(|contract| std::cmp::Reverse(contract.minor_version));
        if let Some(newest) = contracts.published.first().map(|newest| newest.minor_version)
            && newest > minor_version
        {
            let what = format!(
                "contract of event type `{text}` is broken: minor version {newest} is published, but the event is at minor version {minor_version}"
            );
            refuse(what, &format!("write `minor_version = {newest}`, and add the data keys of that version"));
        }
        if problems.len() > before {
            contracts.published.clear();
        }
        contracts
    }

    /// Makes cargo recompile the crate if one of the files changes.
    pub(crate) fn tracking(&self) -> TokenStream {
        let paths = &self.paths;
        // const _: &[u8] = include_bytes!("/…/schemas/com+example+learning+seat+taken+v1_schema.avsc");
        quote!(#(const _: &[::core::primitive::u8] = ::core::include_bytes!(#paths);)*)
    }

    /// Returns the file with the schema of a minor version.
    pub(crate) fn schema_file(&self, minor_version: u32) -> Option<&str> {
        let contract = self.published.iter().find(|contract| contract.minor_version == minor_version)?;
        contract.path.as_deref()
    }

    /// Returns the minor versions that the event is compared with, the newest first.
    pub(crate) fn minor_versions(&self) -> impl Iterator<Item = u32> {
        self.published.iter().map(|contract| contract.minor_version)
    }

    /// Returns the numbers of data keys that events of earlier minor versions can have. If one of these versions has no
    /// contract, any number is possible.
    pub(crate) fn earlier_ends(&self, minor_version: u32, keys: usize) -> Vec<usize> {
        let earlier: Vec<&Contract> =
            self.published.iter().filter(|contract| contract.minor_version < minor_version).collect();
        let all_are_known = u32::try_from(earlier.len()) == Ok(minor_version);
        if all_are_known {
            earlier.iter().map(|contract| contract.keys.len()).collect()
        } else {
            (1..keys).collect()
        }
    }
}
