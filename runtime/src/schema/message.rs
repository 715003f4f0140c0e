//! Compiler messages that are built in constants.

use super::Field;

/// A message that a constant builds. Text that does not fit is cut off.
pub(super) struct PanicMessage {
    bytes: [u8; 1024],
    len: usize,
}

impl PanicMessage {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
        self
    }

    /// Adds `template` with the `parts` in place of its `{}`.
    pub(super) const fn fill(self, template: &str, parts: &[&str]) -> Self {
        let mut message = self;
        let mut rest = template;
        let mut next = 0;
        while next < parts.len() {
            let mut at = 0;
            while rest.as_bytes()[at] != b'{' || rest.as_bytes()[at + 1] != b'}' {
                at += 1;
            }
            message = message.text(rest.split_at(at).0).text(parts[next]);
            rest = rest.split_at(at + 2).1;
            next += 1;
        }
        message.text(rest)
    }

    /// `` `id`, `name` ``
    pub(super) const fn names(self, fields: &[Field]) -> Self {
        let mut message = self;
        let mut index = 0;
        while index < fields.len() {
            message = message.text(if index == 0 { "`" } else { ", `" }).text(fields[index].name).text("`");
            index += 1;
        }
        message
    }

    /// `enrollment.course.course_key`
    pub(super) const fn path(self, path: &[&str]) -> Self {
        let mut message = self.text(path[0]);
        let mut index = 1;
        while index < path.len() {
            message = message.text(".").text(path[index]);
            index += 1;
        }
        message
    }

    #[track_caller]
    pub(super) const fn panic(&self) -> ! {
        let (mut text, _) = self.bytes.split_at(self.len);
        // The cut may be in the middle of a character.
        if let Err(cut) = std::str::from_utf8(text) {
            (text, _) = text.split_at(cut.valid_up_to());
        }
        match std::str::from_utf8(text) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("this event definition is not valid"),
        }
    }
}

/// Panics with `template`, which has the `parts` in place of its `{}`.
#[track_caller]
pub(super) const fn refuse(template: &str, parts: &[&str]) -> ! {
    PanicMessage::new().fill(template, parts).panic()
}

/// Returns whether both strings are equal; `==` on strings does not work in constants.
pub(crate) const fn text_eq(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::PanicMessage;

    #[test]
    fn a_cut_character_is_left_out() {
        let panic =
            std::panic::catch_unwind(|| PanicMessage::new().text(&"a".repeat(1023)).text("…").panic());
        let text = *panic.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(text, "a".repeat(1023));
    }
}
