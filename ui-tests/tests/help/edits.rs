//! Changes of a case's text.

#![expect(clippy::unnecessary_wraps, reason = "all changes have the form that the instructions need")]

use std::ops::Range;

use super::apply::Place;

/// A change of a case's text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

pub(crate) fn edit(range: Range<usize>, text: impl Into<String>) -> Edit {
    Edit { range, text: text.into() }
}

/// Returns whether the code is an argument with a list, such as `allow(…)`.
pub(crate) fn is_call(code: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    code.split_once('(').is_some_and(|(name, _)| is_name(name))
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}

impl Place<'_> {
    pub(crate) fn replace_token(&self, text: &str) -> Option<Vec<Edit>> {
        Some(vec![edit(self.source.token(self.at), text)])
    }

    pub(crate) fn replace_up_to_token(&self, text: &str) -> Option<Vec<Edit>> {
        let end = self.source.token(self.at).end;
        Some(vec![edit(self.at..end, text)])
    }

    pub(crate) fn rename(&self, range: Range<usize>, name: &str) -> Option<Vec<Edit>> {
        let old = &self.source.text[range];
        Some(self.source.words(old).into_iter().map(|range| edit(range, name)).collect())
    }

    /// Removes what is named: an argument, a derive or a word.
    pub(crate) fn remove_named(&self, name: &str) -> Option<Vec<Edit>> {
        let source = self.source;
        let name = name.split('(').next()?;
        let paragraph = source.paragraph(self.at);
        let words = source.words(name).into_iter().filter(|word| paragraph.contains(&word.start));
        let word = words.min_by_key(|word| word.start.abs_diff(self.at))?;
        let group = source.attribute(word.start).and_then(|_| source.group(word.start, b'('));
        Some(vec![match group {
            Some(group) => edit(source.with_comma(source.part(word.start, group)), ""),
            None => edit(word, ""),
        }])
    }

    /// Removes a string from the item.
    pub(crate) fn remove_text(&self, text: &str) -> Option<Vec<Edit>> {
        let paragraph = self.source.paragraph(self.at);
        let start = paragraph.start + self.source.text[paragraph].find(text)?;
        Some(vec![edit(start..start + text.len(), "")])
    }

    /// Returns the argument of an attribute at the place of the message.
    pub(crate) fn argument(&self) -> Option<Range<usize>> {
        Some(self.source.part(self.at, self.source.group(self.at, b'(')?))
    }

    /// Adds an argument to the attribute of the record.
    pub(crate) fn add_argument(&self, argument: &str) -> Option<Vec<Edit>> {
        let argument = argument.replace('…', "a good reason");
        let (_, end) = self.source.record_attribute(self.at)?;
        // It replaces an argument of the same name.
        if let Some((name, _)) = argument.split_once(" = ").filter(|(name, _)| !name.contains('('))
            && let Some(old) = self.source.find(self.at, &format!(" {name} = "))
        {
            return Some(vec![edit(self.source.part(old + 1, self.source.group(old, b'(')?), argument)]);
        }
        let is_list = self.source.text[end..].starts_with('(');
        Some(vec![if is_list {
            edit(end + 1..end + 1, format!("{argument}, "))
        } else {
            edit(end..end, format!("({argument})"))
        }])
    }

    /// Adds the waiver to the field or to the event of the message.
    pub(crate) fn add_waiver(&self, waiver: &str) -> Option<Vec<Edit>> {
        let waiver = waiver.replace('…', "a good reason");
        let Some(field) = self.source.field(self.at) else {
            return self.add_argument(&waiver);
        };
        let (kind, _) = self.source.record_attribute(self.at)?;
        Some(vec![edit(field.start..field.start, format!("#[{kind}({waiver})] "))])
    }

    /// Removes the waiver at the place of the message and adds it where it belongs.
    pub(crate) fn move_waiver(&self, waiver: &str, to_field: bool) -> Option<Vec<Edit>> {
        let source = self.source;
        let waiver = waiver.replace('…', "a good reason");
        let part = match source.attribute(self.at) {
            Some(attribute) if source.text[attribute.clone()].starts_with("#[allow") => attribute,
            Some(attribute)
                if source.text[attribute.clone()].matches('(').count() == 2
                    && source.field(self.at).is_some() =>
            {
                attribute
            }
            _ => {
                let group = source.group(self.at, b'(')?;
                source.with_comma(source.part(group.start - 2, source.group(group.start - 1, b'(')?))
            }
        };
        let mut edits = vec![edit(part, "")];
        if !to_field {
            edits.extend(self.add_argument(&waiver)?);
            return Some(edits);
        }
        // The field that breaks the rule.
        let body = source.find(self.at, "{")?;
        let fields = body + 1..source.closing(body);
        let broken = ["_data:", "update_", "skip_", "background", "force:"]
            .iter()
            .find_map(|word| source.find(self.at, word))?;
        let start = source.part(broken, fields).start;
        edits.push(edit(start..start, waiver));
        Some(edits)
    }

    /// Moves the second rule of a waiver into a waiver of its own.
    pub(crate) fn split_waiver(&self, waiver: &str) -> Option<Vec<Edit>> {
        let part = self.argument()?;
        let end = self.source.group(part.start, b'(')?.end + 1;
        let waiver = format!(", {}", waiver.replace('…', "a good reason"));
        Some(vec![edit(self.source.with_comma(part), ""), edit(end..end, waiver)])
    }

    /// Leaves out the item, and the items that mention it.
    pub(crate) fn leave_out(&self) -> Option<Vec<Edit>> {
        let source = self.source;
        let mut edits = vec![edit(source.paragraph(self.at), "")];
        let name = source.item_name(self.at).map(|name| &source.text[name]);
        let mentions = name.map(|name| source.words(name)).unwrap_or_default();
        edits.extend(mentions.iter().map(|mention| edit(source.paragraph(mention.start), "")));
        Some(edits)
    }

    /// Replaces the last word of the event type, and the end of the struct's name.
    pub(crate) fn end_with(&self, word: &str) -> Option<Vec<Edit>> {
        let literal = self.source.token(self.at);
        let text = &self.source.text[literal.clone()];
        let end = text.rfind(".v").unwrap_or(text.len() - 1);
        let start = text[..end].rfind('.')? + 1;
        let mut edits = vec![edit(literal.start + start..literal.start + end, word)];
        let name = self.source.item_name(self.at)?;
        let action: String = text[start..end].split('_').map(capitalized).collect();
        if let Some(stem) = self.source.text[name.clone()].strip_suffix(&action) {
            edits.push(edit(name.start + stem.len()..name.end, capitalized(word)));
        }
        Some(edits)
    }

    pub(crate) fn replace_in_literal(&self, old: &str, new: &str) -> Option<Vec<Edit>> {
        let literal = self.source.token(self.at);
        let start = literal.start + self.source.text[literal].find(old)?;
        Some(vec![edit(start..start + old.len(), new)])
    }

    /// Adds a variant to the enum.
    pub(crate) fn add_variant(&self, variant: &str) -> Option<Vec<Edit>> {
        let body = self.source.find(self.at, "{")?;
        let end = self.source.closing(body);
        let has_comma = self.source.text[..end].trim_end().ends_with(',');
        Some(vec![edit(end..end, format!("{}{variant}", if has_comma { "" } else { "," }))])
    }

    pub(crate) fn write_above(&self, attribute: &str, name: &str) -> Option<Vec<Edit>> {
        let paragraph = self.source.paragraph(self.at);
        let word = self.source.words(name).into_iter().find(|word| paragraph.contains(&word.start))?;
        Some(vec![edit(word.start..word.start, format!("{attribute} "))])
    }

    /// Writes a variant in place of the one at the place of the message, with its data.
    pub(crate) fn write_variant(&self, variant: &str) -> Option<Vec<Edit>> {
        let source = self.source;
        let mut range = source.token(self.at);
        let rest = &source.text[range.end..];
        let space = rest.len() - rest.trim_start().len();
        if rest.trim_start().starts_with(['(', '{']) {
            range.end = source.closing(range.end + space) + 1;
        }
        Some(vec![edit(range, variant)])
    }

    /// Writes a struct for the next major version of the event.
    pub(crate) fn new_event(&self, event_type: &str, suffix: &str) -> Option<Vec<Edit>> {
        let source = self.source;
        let literal = source.token(source.find(self.at, "type = \"")? + "type = ".len());
        let name = source.item_name(self.at)?;
        let mut edits = vec![edit(literal, format!("{event_type:?}")), edit(name.end..name.end, suffix)];
        if let Some(minor) = source.find(self.at, " minor_version = ") {
            edits.push(edit(source.with_comma(source.part(minor + 1, source.group(minor, b'(')?)), ""));
        }
        Some(edits)
    }

    pub(crate) fn add_attribute(&self, attribute: &str) -> Option<Vec<Edit>> {
        let start = self.source.field(self.at)?.start;
        Some(vec![edit(start..start, format!("{attribute} "))])
    }

    pub(crate) fn move_to_the_end(&self) -> Option<Vec<Edit>> {
        let source = self.source;
        let field = source.field(self.at)?;
        let ty = source.type_of(field.clone());
        let moved = format!("{}Option<{}>,\n", &source.text[field.start..ty.start], &source.text[ty]);
        let end = source.group(self.at, b'{')?.end;
        Some(vec![edit(source.with_comma(field), ""), edit(end..end, moved)])
    }

    pub(crate) fn parameter(&self) -> Option<Range<usize>> {
        Some(self.source.part(self.at, self.source.group(self.at, b'(')?))
    }

    pub(crate) fn parameter_type(&self) -> Option<Range<usize>> {
        Some(self.source.type_of(self.parameter()?))
    }

    /// Writes a name in place of the parameter's pattern.
    pub(crate) fn name_parameter(&self, name: &str) -> Option<Vec<Edit>> {
        let parameter = self.parameter()?;
        let ty = self.source.type_of(parameter.clone());
        Some(vec![edit(parameter.start..ty.start, format!("{name}: "))])
    }

    /// Writes another return type, and a body for it.
    pub(crate) fn return_type(&self, ty: &str) -> Option<Vec<Edit>> {
        let source = self.source;
        let old = source.type_at(self.at);
        let body = source.find(self.at, "{")?;
        Some(vec![edit(old, ty), edit(body..source.closing(body) + 1, "{ Ok(()) }")])
    }

    /// Leaves only the first signal in the attribute of the receiver.
    pub(crate) fn only_the_first_signal(&self) -> Option<Vec<Edit>> {
        let source = self.source;
        let start = source.find(self.at, "#[receiver(")? + "#[receiver(".len();
        let all = source.group(start, b'(')?;
        let first = source.part(start, all.clone());
        Some(vec![edit(first.end..all.end, "")])
    }
}
