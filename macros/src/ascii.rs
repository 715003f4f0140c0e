//! Characters that are not ASCII, in names that must be.

/// The first such character in a string.
pub(crate) struct Foreign {
    /// As in "contains the character `１` (U+FF11), which looks like `1` but is not ASCII".
    pub(crate) what: String,
    /// The text without such characters, if each resembles an ASCII character or is invisible.
    pub(crate) corrected: Option<String>,
}

impl Foreign {
    pub(crate) fn find(text: &str) -> Option<Self> {
        let first = text.chars().find(|one| !one.is_ascii())?;
        let number = u32::from(first);
        let shown = first.escape_debug();
        let which = match similar(first) {
            Some("") => "which is invisible".to_owned(),
            Some(ascii) => format!("which looks like `{ascii}` but is not ASCII"),
            None => "which is not ASCII".to_owned(),
        };
        let mut corrected = Some(String::new());
        for one in text.chars() {
            let mut buffer = [0; 4];
            let ascii = if one.is_ascii() { Some(&*one.encode_utf8(&mut buffer)) } else { similar(one) };
            corrected = corrected.zip(ascii).map(|(text, ascii)| text + ascii);
        }
        Some(Self { what: format!("contains the character `{shown}` (U+{number:04X}), {which}"), corrected })
    }
}

/// Returns the ASCII character that looks like `one`; an empty string if `one` is invisible.
fn similar(one: char) -> Option<&'static str> {
    // From `!` to `~`.
    const ASCII: &str =
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    const CYRILLIC: &[(char, &str)] = &[
        ('а', "a"),
        ('с', "c"),
        ('е', "e"),
        ('һ', "h"),
        ('і', "i"),
        ('ј', "j"),
        ('о', "o"),
        ('р', "p"),
        ('ѕ', "s"),
        ('у', "y"),
        ('х', "x"),
    ];
    match one {
        // The full-width forms.
        '\u{ff01}'..='\u{ff5e}' => {
            let index = usize::try_from(u32::from(one) - 0xff01).ok()?;
            ASCII.get(index..=index)
        }
        '\u{b7}' | '\u{2024}' | '\u{3002}' | '\u{ff61}' => Some("."),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some("-"),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Some(""),
        _ => CYRILLIC.iter().find(|(letter, _)| *letter == one).map(|(_, ascii)| *ascii),
    }
}

#[cfg(test)]
mod tests {
    use super::Foreign;

    #[test]
    fn similar_characters_are_corrected() {
        for (text, corrected) in [
            ("a．b．v１", Some("a.b.v1")),
            ("ｏｒｇ。edx", Some("org.edx")),
            ("cr\u{200b}eated", Some("created")),
            ("соurse–a", Some("course-a")),
            ("größe", None),
        ] {
            assert_eq!(Foreign::find(text).unwrap().corrected.as_deref(), corrected);
        }
        assert!(Foreign::find("created").is_none());
        let what = Foreign::find("v１").unwrap().what;
        assert_eq!(what, "contains the character `１` (U+FF11), which looks like `1` but is not ASCII");
    }
}
