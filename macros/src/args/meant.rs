//! What a name was probably meant as that is none of ours.

/// What people write for a name of ours.
const SYNONYMS: &[(&str, &str)] = &[("optional", "default"), ("sensitive", "pii"), ("personal", "pii")];

/// Which of the names `written` is probably meant as.
pub(crate) fn meant<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    let written = written.to_ascii_lowercase();
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == written);
    let written = synonym.map_or(written.as_str(), |(_, known)| known);
    let is_word = |text: &str, word: &str| text.split('_').any(|one| one == word);
    let is_same_word = |known: &str| is_word(written, known) || is_word(known, written);
    let slip = names.iter().find(|known| is_one_slip(written, known));
    slip.or_else(|| names.iter().find(|known| is_same_word(known))).copied()
}

/// Whether the two differ in one place: by a letter, or by two that changed places.
fn is_one_slip(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let same = |(left, right): &(&char, &char)| left == right;
    let front = left.iter().zip(&right).take_while(same).count();
    let back = left[front..].iter().rev().zip(right[front..].iter().rev()).take_while(same).count();
    match (&left[front..left.len() - back], &right[front..right.len() - back]) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}
