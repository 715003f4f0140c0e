//! Splits a help into what it tells the reader to do.

/// One way to follow a help: the instructions to carry out, all of them.
pub(crate) type Way = Vec<String>;

/// Returns the ways that the help offers.
///
/// `, or` separates ways. A `;` or `:` begins an explanation, unless a `;` begins another instruction.
pub(crate) fn ways(help: &str) -> Vec<Way> {
    let clauses = split(help, "; ");
    let mut ways: Vec<Way> =
        split(&instruction(&clauses[0]), ", or ").into_iter().map(|way| vec![way]).collect();
    for clause in &clauses[1..] {
        if let Some((_, way)) = clause.split_once(" is right, ").filter(|_| clause.starts_with("if ")) {
            ways.push(vec![instruction(way)]);
        } else if clause.starts_with("remove `allow(") {
            for way in &mut ways {
                way.push(instruction(clause));
            }
        }
    }
    ways
}

fn instruction(clause: &str) -> String {
    split(clause, ": ").swap_remove(0)
}

/// Splits the text at the separators that are not in code.
fn split(text: &str, separator: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for (index, piece) in text.split('`').enumerate() {
        let is_code = index % 2 == 1;
        let last = parts.last_mut().expect("there is a part");
        if is_code {
            last.extend(["`", piece, "`"]);
            continue;
        }
        let mut pieces = piece.split(separator);
        last.push_str(pieces.next().unwrap_or_default());
        parts.extend(pieces.map(str::to_owned));
    }
    parts
}

/// Returns the texts that stand for each `{}` of the template. One between backticks is a single piece of code.
pub(crate) fn captures<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut literals = template.split("{}");
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut found = Vec::new();
    let mut literals = literals.peekable();
    while let Some(literal) = literals.next() {
        let end = match (literals.peek(), literal) {
            (None, "") => rest.len(),
            (None, _) => rest.len().checked_sub(literal.len()).filter(|_| rest.ends_with(literal))?,
            _ => rest.find(literal)?,
        };
        let is_one_code = !literal.starts_with('`') || !rest[..end].contains('`');
        found.push(rest.get(..end).filter(|_| is_one_code)?);
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(found)
}

#[test]
fn helps_are_split_into_ways() {
    let help = "write `a, or b`, which is short, or remove `c: d`: yes, or no; `e` is known; if `f` is right, waive it";
    assert_eq!(
        ways(help),
        [vec!["write `a, or b`, which is short"], vec!["remove `c: d`"], vec!["waive it"]]
    );
    assert_eq!(captures("rename `{}` to `{}`", "rename `a` to `b`"), Some(vec!["a", "b"]));
    assert_eq!(captures("remove it", "remove it"), Some(vec![]));
    assert_eq!(captures("remove `{}`", "remove it"), None);
    assert_eq!(captures("remove `{}`", "remove `a` or `b`"), None);
}
