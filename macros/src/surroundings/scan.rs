//! Scans a file for attributes, and for the blocks that they are in.

use std::collections::HashMap;

use super::words::{Word, Words};

/// The kind of block around an item.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(crate) enum Block {
    /// A module or a function, or unknown.
    #[default]
    Other,
    /// An `impl` or a `trait`.
    Members,
    /// `extern "C" { … }`
    Foreign,
}

pub(super) const NO_PRELUDE: &str = "no_implicit_prelude";

/// The attributes of a file.
#[derive(Default)]
pub(super) struct Scan {
    /// By line and column, which count from 1.
    attributes: HashMap<(usize, usize), Attribute>,
    scopes: Vec<Scope>,
    /// Whether it mentions `#![no_implicit_prelude]`.
    pub(super) lacks_prelude: bool,
}

struct Attribute {
    /// The index of the scope around it.
    scope: usize,
    /// The names in the derives above it.
    derives: Vec<String>,
    /// The number of types before it in that scope.
    earlier: usize,
}

/// The tokens between a pair of braces, brackets or parentheses, or the whole file.
#[derive(Default)]
struct Scope {
    block: Block,
    /// The types in it, without those that only some builds have.
    types: Vec<Declared>,
}

/// A type that is declared or imported.
struct Declared {
    name: String,
    /// Whether it is a payload or an event.
    is_record: bool,
}

impl Scan {
    pub(super) fn at(&self, place: (usize, usize)) -> Option<(Block, &[String])> {
        let attribute = self.attributes.get(&place)?;
        Some((self.scopes[attribute.scope].block, &attribute.derives))
    }

    /// Returns whether the scope of the attribute has a type of that name.
    pub(super) fn has_type(&self, place: (usize, usize), name: &str) -> bool {
        let scope = self.attributes.get(&place).map(|attribute| &self.scopes[attribute.scope]);
        scope.is_some_and(|scope| scope.types.iter().any(|one| one.name == name))
    }

    /// Returns whether the name of the attribute's own struct is taken: by a type above it, or by one that is not a
    /// record. A record below it has the same mistake, and reports it.
    pub(super) fn has_rival(&self, place: (usize, usize), name: &str) -> bool {
        let Some(attribute) = self.attributes.get(&place) else { return false };
        let types = self.scopes[attribute.scope].types.iter().enumerate();
        let same = types.filter(|(_, one)| one.name == name);
        let own = same.clone().position(|(index, _)| index >= attribute.earlier);
        own.is_some_and(|own| own > 0 || same.skip(own + 1).any(|(_, one)| !one.is_record))
    }
}

/// The facts so far about the item that is being scanned.
#[derive(Default)]
struct Item<'a> {
    derives: Vec<String>,
    has_condition: bool,
    is_record: bool,
    is_foreign: bool,
    /// Its keyword, such as `fn`.
    keyword: Option<&'a str>,
    /// The last word of an import.
    imported: Option<&'a str>,
}

pub(super) fn scan(text: &str) -> Scan {
    let lacks_prelude = text.contains(NO_PRELUDE);
    let mut scan = Scan { scopes: vec![Scope::default()], lacks_prelude, ..Scan::default() };
    // The open scopes, each with the item in it.
    let mut open: Vec<(usize, Item<'_>)> = vec![(0, Item::default())];
    let mut words = Words::of(text).peekable();
    let mut lines = Lines::of(text);
    while let Some((offset, word)) = words.next() {
        let Some((scope, item)) = open.last_mut() else { break };
        let next = words.peek().map(|(_, word)| *word);
        match word {
            Word::Sign('#') if next == Some(Word::Sign('[')) => {
                let earlier = scan.scopes[*scope].types.len();
                let attribute = Attribute { scope: *scope, derives: item.derives.clone(), earlier };
                scan.attributes.insert(lines.place(offset), attribute);
                let names = bracketed(&mut words);
                let path = names.split(|word| *word == Word::Sign('(')).next().unwrap_or_default();
                item.has_condition |= path == [Word::Name("cfg")];
                item.is_record |= matches!(path.last(), Some(Word::Name("payload" | "event")));
                item.derives.extend(derived(&names));
            }
            Word::Sign('{' | '(' | '[') => {
                let is_import = item.keyword == Some("use");
                if is_import {
                    // `use a::{b, c}` imports into the scope that it is in.
                    continue;
                }
                let block = match item.keyword {
                    _ if word != Word::Sign('{') => Block::Other,
                    Some("impl" | "trait") => Block::Members,
                    None if item.is_foreign => Block::Foreign,
                    _ => Block::Other,
                };
                scan.scopes.push(Scope { block, types: Vec::new() });
                open.push((scan.scopes.len() - 1, Item::default()));
            }
            Word::Sign(sign @ ('}' | ')' | ']' | ';' | ',')) => {
                if item.keyword == Some("use") {
                    let name = item.imported.take().filter(|_| !item.has_condition);
                    let declared = name.map(|name| Declared { name: name.to_owned(), is_record: false });
                    scan.scopes[*scope].types.extend(declared);
                    if sign == ';' {
                        *item = Item::default();
                    }
                    continue;
                }
                if matches!(sign, '}' | ')' | ']') && open.len() > 1 {
                    open.pop();
                }
                // Parentheses and brackets are in the middle of an item.
                if matches!(sign, '}' | ';')
                    && let Some((_, item)) = open.last_mut()
                {
                    *item = Item::default();
                }
            }
            Word::Name("extern") if item.keyword.is_none() => item.is_foreign = true,
            Word::Name("pub" | "unsafe" | "async" | "const" | "default" | "safe")
                if item.keyword.is_none() => {}
            Word::Name(name) if item.keyword.is_none() => {
                item.keyword = Some(name);
                if let ("struct" | "enum" | "union" | "trait" | "type" | "mod", Some(Word::Name(declared))) =
                    (name, next)
                    && !item.has_condition
                {
                    let declared = Declared { name: declared.to_owned(), is_record: item.is_record };
                    scan.scopes[*scope].types.push(declared);
                }
            }
            Word::Name(name) => item.imported = Some(name),
            Word::Sign('*') => item.imported = None,
            Word::Sign(_) | Word::Other => {}
        }
    }
    scan
}

/// Returns the words up to the bracket that closes the next one.
fn bracketed<'a>(words: &mut impl Iterator<Item = (usize, Word<'a>)>) -> Vec<Word<'a>> {
    let mut inner = Vec::new();
    let mut depth = 0_usize;
    for (_, word) in words {
        match word {
            Word::Sign('[') => depth += 1,
            Word::Sign(']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        inner.push(word);
    }
    inner.drain(..inner.len().min(1));
    inner
}

/// Returns the names of the traits that an attribute derives, even if only some builds do.
fn derived(attribute: &[Word<'_>]) -> Vec<String> {
    let is_derive = |part: &&[Word<'_>]| part.contains(&Word::Name("derive"));
    let mut parts =
        attribute.split(|word| *word == Word::Sign('(')).skip_while(|part| !is_derive(part)).skip(1);
    let list =
        parts.next().unwrap_or_default().split(|word| *word == Word::Sign(')')).next().unwrap_or_default();
    let traits = list.split(|word| *word == Word::Sign(','));
    let name = |path: &[Word<'_>]| match path.last() {
        Some(Word::Name(name)) => Some((*name).to_owned()),
        _ => None,
    };
    traits.filter_map(name).collect()
}

/// Finds lines and columns, for offsets that increase.
struct Lines<'a> {
    text: &'a str,
    line: usize,
    /// The offset of the line's first character.
    start: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, line: 1, start: 0 }
    }

    fn place(&mut self, offset: usize) -> (usize, usize) {
        while let Some(end) = self.text[self.start..offset].find('\n') {
            self.start += end + 1;
            self.line += 1;
        }
        (self.line, self.text[self.start..offset].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, scan};

    /// Returns what is known of the attribute `#[here]` in `text`.
    fn at_here(text: &str) -> (Block, Vec<String>) {
        let before = &text[..text.find("#[here").unwrap()];
        let line = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let scan = scan(text);
        let (block, derives) = scan.at((line, column)).unwrap();
        (block, derives.to_vec())
    }

    #[test]
    fn derives_are_found_in_every_form() {
        for text in [
            "#[derive(Debug, serde::Serialize)]\n#[here]\nstruct A;",
            "/// A.\n#[derive(\n    Debug, // for tests\n    serde::Serialize,\n)] /* and */\n#[here]\nstruct A;",
            "const B: u8 = 1;\n# [ derive ( Debug ) ] #[allow(dead_code)] #[derive(Serialize)] #[here] struct A;",
            "#[cfg_attr(feature = \"x\", derive(Debug, Serialize))]\n#[here]\nstruct A;",
            "mod b { #[std::prelude::v1::derive(Debug, Serialize)]\n    #[here(a = [1, 2])] struct A; }",
        ] {
            assert_eq!(at_here(text).1, ["Debug", "Serialize"], "{text}");
        }
        for text in [
            "#[derive(Debug)]\nstruct A;\n#[here]\nstruct B;",
            "#[derive(Debug)]\nstruct A {}\n#[here]\nstruct B;",
            "// #[derive(Debug)]\n#[here]\nstruct B;",
            "#![doc = \"#[derive(Debug)]\"]\n#[here]\nstruct B;",
        ] {
            assert_eq!(at_here(text).1, [""; 0], "{text}");
        }
    }

    #[test]
    fn a_method_is_told_from_a_free_function() {
        for (text, block) in [
            ("impl A { #[here] fn b() {} }", Block::Members),
            (
                "pub(crate) unsafe trait A<T: Fn()> where T: B<[u8; 2]> {\n fn c();\n #[here] fn b(); }",
                Block::Members,
            ),
            ("impl A { const C: [u8; 1] = [1]; fn c() { if d {} } #[here] fn b() {} }", Block::Members),
            ("unsafe extern \"C\" { #[here] fn b(); }", Block::Foreign),
            ("#[here] fn b() {}", Block::Other),
            ("impl A {} fn c() -> impl D { #[here] fn b() {} }", Block::Other),
            ("impl A { fn c() { #[here] fn b() {} } }", Block::Other),
            ("mod a { impl A {} extern \"C\" fn c() {} #[here] fn b() {} }", Block::Other),
            ("const A: fn() = { #[here] fn b() {} b };", Block::Other),
        ] {
            assert_eq!(at_here(text).0, block, "{text}");
        }
    }

    #[test]
    fn names_are_those_of_the_same_block() {
        let text = "#[here]\npub struct A { b: C }\n#[cfg(test)]\nstruct D;\nuse e::{F, g::H as I, J, k::*};\nuse L as M;\n\
                    mod n { struct O; }\nfn p(q: R) { struct S; }\nimpl T for A {}\ntrait U {}\ntype V<W> = X;\nenum V {}";
        let scan = scan(text);
        let has = |name: &str| scan.has_type((1, 1), name);
        assert_eq!(["A", "F", "I", "J", "M", "n", "U", "V"].map(has), [true; 8]);
        assert_eq!(["C", "D", "H", "L", "O", "R", "S", "T", "W", "X", "k"].map(has), [false; 11]);
    }

    #[test]
    fn the_rival_of_a_record_is_above_it_or_another_type() {
        for (text, expected) in [
            ("struct A {}\n#[event] struct A {}", [false, true]),
            ("use b::A;\n#[event] struct A {}", [false, true]),
            ("#[payload] struct A {}\n#[event] struct A {}", [false, true]),
            ("#[payload] struct A {}\nenum B {}\nstruct A {}", [true, false]),
            ("#[payload] struct A {}\n#[event] #[cfg(c)] struct A {}", [false, false]),
            ("#[payload] struct A {}\nmod b { struct A; }", [false, false]),
        ] {
            let scan = scan(text);
            let first = text.starts_with('#').then_some((1, 1));
            let rivals =
                [first, Some((2, 1))].map(|place| place.is_some_and(|place| scan.has_rival(place, "A")));
            assert_eq!(rivals, expected, "{text}");
        }
    }
}
