//! The rules about enums, one function each.

use quote::quote;

use super::{Choice, variant::Variant};
use crate::{
    diagnostics::{Problem, Problems, quoted},
    rules,
};

/// Returns whether the enum has a shape that can be expanded.
pub(super) fn check(choice: &Choice<'_>, problems: &mut Problems) -> bool {
    // The compiler reports two variants of one name, and would report the expansion as well.
    let has_shape = check_shape(choice, problems) && !has_repeated_name(choice);
    if has_shape {
        check_data(choice, problems);
        check_catch_all(choice, problems);
        check_texts(choice, problems);
    }
    has_shape
}

fn check_shape(choice: &Choice<'_>, problems: &mut Problems) -> bool {
    let item = choice.item;
    let rule = &rules::PAYLOAD_SHAPE;
    if item.variants.is_empty() {
        let help = "add its texts as variants, and `#[payload(other)] Other(String)`";
        problems.refuse(rule, &item.ident, "a payload needs at least one variant", help);
    } else if !item.generics.params.is_empty() {
        let help = "remove the parameters: the variants stand for strings";
        problems.refuse(rule, &item.generics, "a payload cannot be generic", help);
    } else if let Some(clause) = &item.generics.where_clause {
        problems.refuse(rule, clause, "a payload cannot be generic", "remove the `where` clause");
    } else {
        return true;
    }
    false
}

fn has_repeated_name(choice: &Choice<'_>) -> bool {
    let variants = &choice.variants;
    (1..variants.len()).any(|index| variants[..index].iter().any(|one| one.name == variants[index].name))
}

/// Refuses variants that are more than a name. An enum of different data is one mistake, and is reported once.
fn check_data(choice: &Choice<'_>, problems: &mut Problems) {
    if let Some(variant) = with_data(choice) {
        let what = format!("variant `{}` holds data", variant.name);
        let help =
            "remove the data; different data needs different `#[payload]` structs, or an event for each case";
        problems.refuse(&rules::ENUM_VARIANT, &variant.item.fields, what, help);
    }
    for variant in &choice.variants {
        if variant.has_empty_brackets() && variant.other.is_none() {
            let what = format!("variant `{}` has empty brackets", variant.name);
            problems.refuse(&rules::ENUM_VARIANT, &variant.item.fields, what, "remove the brackets");
        }
        if let Some((_, number)) = &variant.item.discriminant {
            let what = format!("variant `{}` has a number", variant.name);
            let help = "remove the number; `#[payload(text = \"…\")]` sets the text on the wire";
            problems.refuse(&rules::ENUM_VARIANT, number, what, help);
        }
    }
}

/// Finds a variant with data that is not meant as the catch-all.
fn with_data<'a>(choice: &'a Choice<'_>) -> Option<&'a Variant<'a>> {
    let mut marked = choice.variants.iter().filter(|variant| variant.other.is_some());
    // A mark on a variant without data may be meant for the one with a `String`.
    let is_marked = marked.any(Variant::holds_data);
    let candidates = choice.variants.iter().filter(|variant| variant.holds_string()).count();
    choice.variants.iter().find(|variant| {
        let is_candidate = !is_marked && candidates == 1 && variant.holds_string();
        let is_refused = variant.may_be_other || variant.has_empty_brackets();
        variant.holds_data() && variant.other.is_none() && !is_candidate && !is_refused
    })
}

fn check_catch_all(choice: &Choice<'_>, problems: &mut Problems) {
    let rule = &rules::ENUM_CATCH_ALL;
    let mut marked = choice.variants.iter().filter(|variant| variant.other.is_some());
    let Some(first) = marked.next() else {
        if with_data(choice).is_none() && !choice.variants.iter().any(|variant| variant.may_be_other) {
            missing(choice, problems);
        }
        return;
    };
    for second in marked {
        let what = format!("enum `{}` has two catch-all variants", choice.name());
        let help =
            format!("remove variant {}", quoted(&[&first.name, &second.name]).replace(" and ", " or "));
        problems.push(
            Problem::of(rule, &second.other, what)
                .note("a string that no variant has must lead to one variant")
                .help(help),
        );
    }
    let mut unmarked = choice.variants.iter().filter(|variant| variant.other.is_none());
    let meant = unmarked.find(|variant| variant.holds_string()).filter(|_| !first.holds_data());
    if let Some(meant) = meant {
        let what = format!(
            "variant `{}` is marked as the catch-all, but `{}` holds the string",
            first.name, meant.name
        );
        let help = format!("move `#[payload(other)]` to `{}`", meant.name);
        problems.refuse(rule, &first.other, what, help);
    } else if !first.holds_string() {
        let what = format!("catch-all variant `{}` must hold a `String`", first.name);
        let (name, fields) = (&first.item.ident, &first.item.fields);
        problems.push(
            Problem::of(rule, &quote!(#name #fields), what)
                .note("it keeps the string that was read, so that it can be written back unchanged")
                .help(format!("write `{name}(String)`")),
        );
    }
}

fn missing(choice: &Choice<'_>, problems: &mut Problems) {
    let rule = &rules::ENUM_CATCH_ALL;
    let what = format!("enum `{}` has no catch-all variant", choice.name());
    match choice.variants.iter().find(|variant| variant.holds_string()) {
        Some(candidate) => {
            let help = format!("write `#[payload(other)]` above `{}`", candidate.name);
            problems.refuse(rule, &candidate.item.ident, what, help);
        }
        None => {
            let names = ["Other", "Unknown", "AnyOther"];
            let is_free = |name: &&&str| choice.variants.iter().all(|variant| variant.name != **name);
            let name = names.iter().find(is_free).unwrap_or(&"OtherText");
            let help = format!(
                "add `#[payload(other)] {name}(String)`, which holds the strings that no other variant has"
            );
            problems.refuse(rule, &choice.item.ident, what, help);
        }
    }
}

fn check_texts(choice: &Choice<'_>, problems: &mut Problems) {
    let named: Vec<_> = choice.variants.iter().filter(|variant| variant.other.is_none()).collect();
    for (index, variant) in named.iter().enumerate() {
        let Some(earlier) = named[..index].iter().find(|earlier| earlier.text == variant.text) else {
            continue;
        };
        let both = quoted(&[&earlier.name, &variant.name]);
        let what = format!("variants {both} have the same text `{}`", variant.text);
        let help = "give one of them another text, as in `#[payload(text = \"…\")]`";
        match &variant.written {
            Some(written) => problems.refuse(&rules::ENUM_TEXT_DUPLICATE, written, what, help),
            None => problems.refuse(&rules::ENUM_TEXT_DUPLICATE, &variant.item.ident, what, help),
        }
    }
}
