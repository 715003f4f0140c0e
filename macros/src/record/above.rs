//! Derives above the attribute.
//!
//! The compiler takes them away before it calls the macro, and they see the struct before the macro does: what both
//! implement would be reported for each trait, and for each field. Only the text of the file still has them.

use std::fs;

use proc_macro2::Span;

/// The names of what `#[derive(…)]` in the lines above the attribute derives; none where that cannot be told.
pub(super) fn derives_above() -> Vec<String> {
    // In tests of this crate there is no compiler to ask.
    if !proc_macro::is_available() {
        return Vec::new();
    }
    let attribute = Span::call_site().unwrap();
    let text = attribute.local_file().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    derives_before(&text, attribute.line())
}

/// Those in the attributes, one a line, that end at `line`, which counts from 1.
fn derives_before(text: &str, line: usize) -> Vec<String> {
    let before: Vec<&str> = text.lines().take(line.saturating_sub(1)).map(str::trim).collect();
    let is_attribute =
        |text: &&&str| text.starts_with("//") || (text.starts_with("#[") && text.ends_with(']'));
    let attributes = before.iter().rev().take_while(is_attribute);
    let lists = attributes.filter_map(|text| text.strip_prefix("#[derive(")?.strip_suffix(")]"));
    let last = |path: &str| path.rsplit("::").next().unwrap_or_default().trim().to_owned();
    lists.flat_map(|list| list.split(',')).map(last).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::derives_before;

    #[test]
    fn derives_are_found_up_to_the_last_line_that_is_no_attribute() {
        let text =
            "#[derive(Eq)]\nstruct A;\n/// B.\n#[derive(Debug, serde::Serialize)]\n#[allow(x)]\n#[payload]\n";
        assert_eq!(derives_before(text, 6), ["Debug", "Serialize"]);
        assert_eq!(derives_before(text, 3), [""; 0]);
        assert_eq!(derives_before(text, 2), ["Eq"]);
        assert_eq!(derives_before("#[derive(Eq)] struct A;\n#[payload]", 2), [""; 0]);
        assert_eq!(derives_before("", 9), [""; 0]);
    }
}
