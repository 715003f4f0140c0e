//! Derives above the attribute.
//!
//! The compiler expands and removes them before it calls the macro. A trait that both implement would be reported once
//! for the trait and once for each field. Only the text of the source file still shows these derives.

use std::{cell::RefCell, collections::HashMap, fs, path::PathBuf, time::SystemTime};

use proc_macro2::Span;

thread_local! {
    /// The files of this compilation. Each is read and searched once, because it may hold a thousand events.
    static FILES: RefCell<HashMap<PathBuf, SourceFile>> = RefCell::default();
}

struct SourceFile {
    /// If the time has changed, the file is read again: the macro server of an editor outlives many versions of a file.
    modified: Option<SystemTime>,
    derives: Derives,
}

/// The names of the derives directly above a line, by line number from 1.
type Derives = HashMap<usize, Vec<String>>;

/// Returns the names in each `#[derive(…)]` directly above the attribute; none if the file is unknown.
pub(super) fn derives_above() -> Vec<String> {
    // The tests of this crate run without a compiler.
    if !proc_macro::is_available() {
        return Vec::new();
    }
    let attribute = Span::call_site().unwrap();
    let Some(path) = attribute.local_file() else {
        return Vec::new();
    };
    let modified = fs::metadata(&path).and_then(|file| file.modified()).ok();
    FILES.with_borrow_mut(|files| {
        if files.get(&path).is_none_or(|known| known.modified != modified) {
            let derives = find_derives(&fs::read_to_string(&path).unwrap_or_default());
            files.insert(path.clone(), SourceFile { modified, derives });
        }
        files[&path].derives.get(&attribute.line()).cloned().unwrap_or_default()
    })
}

/// Finds the derives that have a line of their own, among attributes and comments that do.
fn find_derives(text: &str) -> Derives {
    let mut found = Derives::new();
    let mut above = Vec::new();
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if !above.is_empty() {
            found.insert(line, above.clone());
        }
        let is_attribute = text.starts_with("//") || (text.starts_with("#[") && text.ends_with(']'));
        if let Some(list) = text.strip_prefix("#[derive(").and_then(|text| text.strip_suffix(")]")) {
            let last = |path: &str| path.rsplit("::").next().unwrap_or_default().trim().to_owned();
            above.extend(list.split(',').map(last).filter(|name| !name.is_empty()));
        } else if !is_attribute {
            above.clear();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find_derives;

    #[test]
    fn derives_are_found_up_to_the_last_line_that_is_not_an_attribute() {
        let text = "#[derive(Eq)]\nstruct A;\n/// B.\n#[derive(Debug, serde::Serialize,)]\n#[allow(x)]\n#[payload]\n";
        let found = find_derives(text);
        assert_eq!(found[&6], ["Debug", "Serialize"]);
        assert_eq!(found[&2], ["Eq"]);
        assert!(!found.contains_key(&3));
        assert!(find_derives("#[derive(Eq)] struct A;\n#[payload]").is_empty());
        assert!(find_derives("").is_empty());
    }
}
