//! Carries out instructions: what a reader would type.

use super::{advice::captures, edits::*, messages::Message, source::Source};

/// The place of a message, and the case that it is about.
pub(crate) struct Place<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) message: &'a Message,
    pub(crate) at: usize,
}

type Action = fn(&Place<'_>, &[&str]) -> Option<Vec<Edit>>;

/// The forms of instructions. The test can follow a help in one of these forms; a new form needs a line here.
///
/// Some instructions leave a choice to the reader. The test then chooses something simple, such as an `i64` for an id.
const FORMS: &[(&str, Action)] = &[
    // Waivers
    ("waive the rule with `{}`", |place, found| place.add_waiver(found[0])),
    ("write `{}` in `#[event(…)]` above the struct", |place, found| place.move_waiver(found[0], false)),
    ("write `{}` on the field", |place, found| place.move_waiver(found[0], true)),
    ("write `{}` on the data key", |place, found| place.move_waiver(found[0], true)),
    ("write a separate `{}` for this rule", |place, found| place.split_waiver(found[0])),
    ("remove the waiver, and follow the rule", |place, _| place.remove_named("allow")),
    // Arguments
    ("write `{}` in `#[event(…)]`{}", |place, found| {
        let mut edits = vec![edit(place.source.attribute(place.at)?, "")];
        edits.extend(place.add_argument(found[0])?);
        Some(edits)
    }),
    ("add `{}` to the arguments of `#[event]`", |place, found| place.add_argument(found[0])),
    ("write `=` between an argument and its value", |place, _| place.replace_up_to_token(" = ")),
    ("write the arguments with commas between them", |place, _| Some(vec![edit(place.at..place.at, ", ")])),
    ("write the arguments as `name`, {}", |place, _| place.remove()),
    ("write a value after {}", |place, _| place.remove()),
    ("complete the value of {}", |place, _| place.remove()),
    ("its only argument is `{}`", |place, found| place.replace_token(found[0])),
    ("its arguments are {}", |place, _| place.remove()),
    ("the rules that can be waived are {}", |place, _| place.remove()),
    ("keep the field in every build", |place, _| place.remove()),
    ("write a path that can be a key, such as {}", |place, found| {
        let first = found[0].split('`').nth(1)?;
        Some(vec![edit(place.argument()?, format!("key = {first}"))])
    }),
    ("remove it, and make the field an `Option<_>`", |place, _| {
        let mut edits = place.make_optional()?;
        edits.extend(place.remove()?);
        Some(edits)
    }),
    ("write it in parentheses", |place, _| {
        let end = place.source.closing(place.at);
        Some(vec![edit(place.at..place.at + 1, "("), edit(end..end + 1, ")")])
    }),
    ("write `{}` above the field", |place, found| {
        let equals = place.source.text[..place.at].rfind('=')?;
        let mut edits = place.add_attribute(found[0])?;
        edits.push(edit(equals..place.source.token(place.at).end, ""));
        Some(edits)
    }),
    // Signals
    ("write the path `{}`", |place, found| Some(vec![edit(place.argument()?, found[0])])),
    ("write the paths `{}`", |place, found| Some(vec![edit(place.argument()?, found[0])])),
    ("separate the signals with commas", |place, _| Some(vec![edit(place.at..place.at + 1, ",")])),
    ("remove one of the commas", |place, _| Some(vec![edit(place.at..place.at + 1, "")])),
    // Event types
    ("write `{}`, and rename the struct to `{}`", |place, found| {
        let mut edits = place.replace_token(found[0])?;
        edits.extend(place.rename(place.source.item_name(place.at)?, found[1])?);
        Some(edits)
    }),
    ("end the event type and the name of the event with what happened, as in `{}`, {}", |place, found| {
        place.end_with(found[0])
    }),
    ("replace `{}` with one of these", |place, found| place.replace_in_literal(found[0], "learning")),
    ("`{}` with the reverse DNS name of your organization", |place, found| {
        place.replace_in_literal(found[0], "com.example")
    }),
    // Enums and strings
    ("add `{}`, which {}", |place, found| place.add_variant(found[0])),
    ("write `{}` above `{}`", |place, found| place.write_above(found[0], found[1])),
    ("remove variant `{}` or `{}`", |place, _| {
        let variants = place.source.group(place.at, b'{')?;
        let variant = place.source.part(place.source.attribute(place.at)?.start, variants);
        Some(vec![edit(place.source.with_comma(variant), "")])
    }),
    ("give one of them another text, {}", |place, _| place.replace_token("\"another\"")),
    ("remove the brackets", |place, _| Some(vec![edit(place.at..place.source.closing(place.at) + 1, "")])),
    ("move `{}` to `{}`", |place, found| {
        let mut edits = place.remove()?;
        edits.extend(place.write_above(found[0], found[1])?);
        Some(edits)
    }),
    ("remove the number", |place, _| {
        let equals = place.source.text[..place.at].rfind('=')?;
        Some(vec![edit(equals..place.source.token(place.at).end, "")])
    }),
    ("a variant's text is set with `{}`, {}", |place, found| place.replace_token(found[0])),
    ("keep the variant in every build", |place, _| place.remove()),
    ("write `#[payload(text)]` if it is a string on the wire", |place, _| place.add_argument("text")),
    ("if `{}` is a struct or an enum of yours, put `#[payload]` on it", |place, _| {
        place.make_payload().or_else(|| place.leave_out())
    }),
    // Contracts
    ("write a new event of type `{}`, whose struct ends in `{}`", |place, found| {
        place.new_event(found[0], found[1])
    }),
    ("delete it if it was never published", |_, _| Some(Vec::new())),
    ("name minor version 0 {}", |_, _| Some(Vec::new())),
    ("make it an `Option<_>`", |place, _| place.make_optional()),
    ("make the field an `Option<_>`", |place, _| place.make_optional()),
    ("give it a default with `#[event(default)]`", |place, _| place.add_attribute("#[event(default)]")),
    (
        "make it an `Option<_>` or `#[event(default)]`, and add `{}` to the arguments of `#[event]`",
        |place, found| {
            let mut edits = place.make_optional()?;
            edits.extend(place.add_argument(found[0])?);
            Some(edits)
        },
    ),
    ("move it to the end, as an `Option<_>` or `#[event(default)]`, and write `{}`", |place, found| {
        let mut edits = place.move_to_the_end()?;
        edits.extend(place.add_argument(found[0])?);
        Some(edits)
    }),
    // Types
    ("use `Vec`", |place, _| place.use_type(&format!("Vec<{}>", place.inner_type()?))),
    ("use an `Option`", |place, _| place.use_type(&format!("Option<{}>", place.inner_type()?))),
    ("use `{}`", |place, found| place.use_type(found[0])),
    ("use `{}`, {}", |place, found| place.use_type(found[0])),
    ("use `{}` {}", |place, found| place.use_type(found[0])),
    ("use a `String` {}", |place, _| place.use_type("String")),
    ("use a `Vec` {}", |place, _| place.use_type("Vec<i64>")),
    ("`{}` for {}", |place, found| match place.source.attribute(place.at) {
        Some(_) => place.write(found[0]),
        None => place.use_type(found[0]),
    }),
    ("store the value itself, without {}", |place, _| place.use_type(&place.inner_type()?)),
    ("leave empty values out", |place, _| place.without_inner_option()),
    ("make the keys `{}`", |place, found| place.replace_in_type("u32", found[0])),
    ("refer to the other {} by {}", |place, _| place.use_type("i64")),
    ("store the data that the code needs", |place, _| place.use_type("i64")),
    ("choose a type such as {}", |place, _| place.replace_token("i64")),
    ("use a type that is `Send` and `Sync`", |place, _| place.use_type("i64")),
    ("use an owned type", |place, _| match place.source.field(place.at) {
        Some(_) => place.use_type("String"),
        // The lifetime is on the struct.
        None => place.leave_out(),
    }),
    ("write the concrete type", |place, _| place.use_type("String")),
    ("a `#[payload]` struct", |place, _| place.use_type(PAYLOAD)),
    ("write a `#[payload]` struct with {}", |place, _| place.use_type(PAYLOAD)),
    ("use the payload inside it", |place, _| place.use_type(PAYLOAD)),
    ("remove the field", |place, _| place.remove_field()),
    ("put `{}` on your struct", |place, found| place.add_to_struct(found[0])),
    // Names
    ("rename it to `{}`", |place, found| place.rename(place.source.token(place.at), found[0])),
    ("rename the struct to `{}`", |place, found| place.rename(place.source.item_name(place.at)?, found[0])),
    ("rename the other `{}`", |place, found| {
        let other = format!("Other{}", found[0]);
        Some(place.source.words(found[0]).into_iter().map(|range| edit(range, &*other)).collect())
    }),
    ("rename the payload", |place, _| {
        let name = place.source.item_name(place.at)?;
        let other = format!("Other{}", &place.source.text[name.clone()]);
        place.rename(name, &other)
    }),
    ("rename one of the two", |place, _| {
        let name = &place.source.text[place.source.token(place.at)];
        let other = match name.strip_suffix("Created") {
            Some(stem) => format!("{stem}Deleted"),
            None => format!("Other{name}"),
        };
        place.replace_token(&other)
    }),
    ("rename the struct", |place, _| {
        let name = place.message.what.split('`').nth(1)?;
        Some(place.source.words(name).into_iter().map(|range| edit(range, "OtherData")).collect())
    }),
    ("name it after its value, as in `{}`", |place, found| {
        place.rename(place.source.token(place.at), found[0])
    }),
    ("choose another name", |place, _| place.rename(place.source.token(place.at), "another_name")),
    ("use letters from `a` to `z`, {}", |place, _| place.rename(place.source.token(place.at), "size")),
    ("add a `/// …` comment that {}", |place, _| {
        let part = place.source.field(place.at).unwrap_or_else(|| place.source.paragraph(place.at));
        Some(vec![edit(part.start..part.start, "/// Is documented.\n")])
    }),
    // Receivers
    ("make it a `{}`", |place, found| Some(vec![edit(place.parameter_type()?, found[0])])),
    ("write `&` instead of `&mut`", |place, _| {
        let range = place.parameter_type()?;
        Some(vec![edit(range.start..range.start + "&mut".len(), "&")])
    }),
    ("write `{}` instead of `{}`", |place, _| {
        place.return_type("Result<(), Box<dyn std::error::Error + Send + Sync>>")
    }),
    ("return `{}`{}", |place, _| place.return_type("Result<(), String>")),
    ("write `{}` as its only parameter", |place, found| {
        let source = place.source;
        // At the name of the function, or at its parameters.
        let all = source.group(place.at, b'(').or_else(|| {
            let open = source
                .find(place.at, "fn ")
                .and_then(|name| source.text[name..].find('(').map(|open| name + open))?;
            Some(open + 1..source.closing(open))
        })?;
        Some(vec![edit(all, found[0])])
    }),
    ("add `{}` to the arguments of `#[receiver]`", |place, found| {
        let open = place.source.find(place.at, "#[receiver(")? + "#[receiver".len();
        let end = place.source.closing(open);
        Some(vec![edit(end..end, format!(", {}", found[0]))])
    }),
    ("write a batch receiver for each signal", |place, _| place.remove()),
    ("write a receiver for each {}", |place, _| place.only_the_first_signal()),
    ("write the event's static, as in `#[receiver({})]`", |place, found| place.replace_token(found[0])),
    ("make it a plain `fn`, and {}", |place, _| place.remove_text("async ")),
    ("remove the ABI", |place, _| place.remove_text("extern \"C\" ")),
    ("write a body instead of `;`", |place, _| {
        let end = place.source.find(place.at, ";")?;
        Some(vec![edit(end..end + 1, "{}")])
    }),
    ("remove `'static`, and {}", |place, _| place.remove_text("'static ")),
    ("name it, as in `{}`", |place, found| place.replace_token(found[0])),
    ("name it, and destructure it in the function", |place, _| place.name_parameter("enrollment")),
    ("put `#[payload]` above `#[derive(…)]`, and remove {}", |place, _| {
        let derive = place.source.find(place.at, "#[derive")?;
        Some(vec![edit(place.source.attribute(derive)?, "")])
    }),
    // Builders
    ("remove one of the two calls", |place, _| {
        let end = place.source.closing(place.source.token(place.at).end) + 1;
        Some(vec![edit(place.at - 1..end, "")])
    }),
    ("call `{}` before `.build()`", |place, found| {
        let build = place.source.find(place.at, ".build()")?;
        Some(vec![edit(build..build, found[0].replace('…', "String::new()"))])
    }),
    ("pass a `String`", |place, _| place.replace_token("String::new()")),
    // All others
    ("write `{}`", |place, found| place.write(found[0])),
    ("write `{}` {}", |place, found| place.write(found[0])),
    ("write `{}`, {}", |place, found| place.write(found[0])),
    ("write `{}` or `{}`", |place, found| place.write(found[0])),
    ("write a type such as `{}`", |place, found| place.write(found[0])),
    ("replace `{}` with `{}`", |place, found| place.replace_token(found[1])),
    ("remove it", |place, _| place.remove()),
    ("remove one of the two", |place, _| place.remove()),
    ("remove `{}`", |place, found| place.remove_named(found[0])),
];

/// A payload, for help that asks for one.
const PAYLOAD: &str = "openedx_events::learning::data::UserData";

/// Returns the changes that the instruction asks for, or `None` if the test cannot follow it.
pub(crate) fn apply(place: &Place<'_>, instruction: &str) -> Option<Vec<Edit>> {
    let (found, action) =
        FORMS.iter().find_map(|(form, action)| Some((captures(form, instruction)?, action)))?;
    action(place, &found)
}

impl Place<'_> {
    /// Writes code in place of what is there, at the place of the message.
    fn write(&self, code: &str) -> Option<Vec<Edit>> {
        let source = self.source;
        if code.starts_with('"') {
            return self.replace_token(code);
        }
        let attribute = source.attribute(self.at);
        let is_whole = attribute.as_ref().is_some_and(|attribute| attribute.start == self.at);
        if code.starts_with("#[") {
            return Some(vec![edit(attribute?, code.replace('…', "a good reason"))]);
        }
        if is_whole && is_call(code) {
            let mut edits = vec![edit(attribute?, "")];
            edits.extend(self.add_argument(code)?);
            return Some(edits);
        }
        if attribute.is_some() {
            let (argument, token) = (self.argument()?, source.token(self.at));
            let is_name = self.at == argument.start && source.text[token.clone()] != *code;
            let is_path = source.text[token.end..].starts_with("::");
            let is_whole = code.contains('=') || is_call(code) || !is_name || is_path;
            let code = code.replace('…', "a good reason");
            return Some(vec![edit(if is_whole { argument } else { token }, code)]);
        }
        if code.starts_with(|first: char| first.is_uppercase()) && code.ends_with(')') {
            return self.write_variant(code);
        }
        if code.contains(": ") {
            return Some(vec![edit(self.parameter()?, code)]);
        }
        Some(vec![edit(source.type_at(self.at), code)])
    }

    /// Removes the argument, the attribute or the parameter at the place of the message.
    fn remove(&self) -> Option<Vec<Edit>> {
        let source = self.source;
        let part = match source.attribute(self.at) {
            // The attribute, or its name.
            Some(attribute) if self.at < attribute.start + 3 => attribute,
            Some(_) => {
                // A waiver is removed as a whole.
                let group = source.group(self.at, b'(')?;
                if source.text[..group.start].ends_with("allow(") {
                    source.part(group.start - 2, source.group(group.start - 1, b'(')?)
                } else {
                    self.argument()?
                }
            }
            None => self.parameter()?,
        };
        Some(vec![edit(source.with_comma(part), "")])
    }

    fn remove_field(&self) -> Option<Vec<Edit>> {
        let field = self.source.field(self.at)?;
        Some(vec![edit(self.source.with_comma(field), "")])
    }
}
