//! Changes of types, and of the structs that they name.

use std::ops::Range;

use super::{
    apply::Place,
    edits::{Edit, edit},
};

impl Place<'_> {
    pub(crate) fn make_optional(&self) -> Option<Vec<Edit>> {
        let ty = self.source.type_of(self.source.field(self.at)?);
        let text = format!("Option<{}>", &self.source.text[ty.clone()]);
        Some(vec![edit(ty, text)])
    }

    /// Returns the type that the message refuses: the part of the field's type that it names, or the whole.
    fn refused_type(&self) -> Option<Range<usize>> {
        let source = self.source;
        let whole = source.type_of(source.field(self.at)?);
        let named = self.message.what.split("`: `").nth(1).and_then(|named| named.split('`').next());
        let name =
            named.and_then(|named| named.split(['<', '(', '[', '&']).next()).filter(|name| !name.is_empty());
        let start = name.and_then(|name| source.text[whole.clone()].find(name));
        Some(match start {
            Some(start) => source.type_at(source.path_start(whole.start + start)),
            None if self.at > whole.start && self.at < whole.end => source.type_at(self.at),
            None => whole,
        })
    }

    pub(crate) fn use_type(&self, ty: &str) -> Option<Vec<Edit>> {
        let range = self.refused_type()?;
        Some(vec![edit(range, ty)])
    }

    /// Returns the first type inside the refused one.
    pub(crate) fn inner_type(&self) -> Option<String> {
        let text = &self.source.text[self.refused_type()?];
        let start = text.find(['<', '['])? + 1;
        let end = text[start..].find([',', ';', '>'])?;
        Some(text[start..start + end].to_owned())
    }

    pub(crate) fn without_inner_option(&self) -> Option<Vec<Edit>> {
        let ty = self.source.type_of(self.source.field(self.at)?);
        let text = &self.source.text[ty.clone()];
        let start = text.rfind("Option<")?;
        let inner = text[start + "Option<".len()..].replacen('>', "", 1);
        Some(vec![edit(ty, format!("{}{inner}", &text[..start]))])
    }

    pub(crate) fn replace_in_type(&self, old: &str, new: &str) -> Option<Vec<Edit>> {
        let ty = self.source.type_of(self.source.field(self.at)?);
        let text = self.source.text[ty.clone()].replacen(old, new, 1);
        Some(vec![edit(ty, text)])
    }

    /// Adds an attribute to the struct that the message names first.
    pub(crate) fn add_to_struct(&self, attribute: &str) -> Option<Vec<Edit>> {
        let name = self.message.what.split('`').nth(1)?;
        let start = self.source.text.find(&format!("pub struct {name}"))?;
        // It replaces another list of derives.
        if let Some(derive) =
            self.source.find(start, "#[derive").filter(|_| attribute.starts_with("#[derive"))
        {
            return Some(vec![edit(self.source.attribute(derive)?, attribute)]);
        }
        Some(vec![edit(start..start, format!("{attribute} "))])
    }

    /// Makes the struct that the message names first a payload, with documentation.
    pub(crate) fn make_payload(&self) -> Option<Vec<Edit>> {
        let source = self.source;
        let mut edits = self.add_to_struct("/// Is documented.\n#[openedx_events::payload]")?;
        let start = edits[0].range.start;
        let body = start + source.text[start..].find('{')?;
        let fields = body + 1..source.closing(body);
        let documented = source.part(fields.start + 1, fields).start;
        edits.push(edit(documented..documented, "/// Is documented.\n"));
        Some(edits)
    }
}
