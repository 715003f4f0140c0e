//! The rules about event types, one function each.

use syn::LitStr;

use super::{
    EventType, LEAST, action,
    constant::{Constant, subject_and_action},
    domain::{SUBDOMAINS, is_top_level_domain},
    version::{self, is_version},
    words::{is_word, legal, suggested},
};
use crate::{
    ascii::Foreign,
    diagnostics::Problems,
    names::split_version,
    rules,
    waivers::{Waivers, how_to_waive},
};

impl EventType {
    /// Returns whether the event type has all parts, each in its form.
    pub(crate) fn is_well_formed(&self) -> bool {
        self.segments.len() >= LEAST
            && self.segments.iter().all(|one| is_word(one))
            && self.major_version.is_some()
    }

    /// Returns whether the constant can be compared with the event type.
    pub(crate) fn check(&self, constant: &Constant<'_>, waivers: &Waivers, problems: &mut Problems) -> bool {
        // Each of these mistakes would cause others.
        let is_readable = self.check_white_space(problems)
            && self.check_ascii(waivers, problems)
            && self.check_form_of_version(constant, waivers, problems)
            && self.check_domain(problems)
            && self.check_length(constant.name, problems);
        if !is_readable {
            return false;
        }
        let is_legal = self.check_segments(waivers, problems);
        let has_version = self.check_version(constant, waivers, problems);
        is_legal && {
            self.check_hyphen(waivers, problems);
            self.check_subdomain(waivers, problems);
            self.check_action(waivers, problems) && has_version
        }
    }

    fn check_white_space(&self, problems: &mut Problems) -> bool {
        let trimmed = self.text.trim();
        if trimmed != self.text {
            let what = format!("event type `{}` begins or ends with white space", self.text.escape_debug());
            problems.refuse(&rules::TYPE_SEGMENT, &self.literal, what, format!("write `\"{trimmed}\"`"));
        }
        trimmed == self.text
    }

    fn check_ascii(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let Some(Foreign { what, corrected }) = Foreign::find(&self.text) else { return true };
        let what = format!("event type `{}` {what}", self.text.escape_debug());
        let help = match corrected {
            Some(corrected) => format!("write `\"{}\"`", suggested(&corrected, waivers)),
            None => "write it with letters from `a` to `z`".to_owned(),
        };
        problems.refuse(&rules::TYPE_SEGMENT, &self.literal, what, help);
        false
    }

    /// Refuses a major version that is not a last segment `vN`.
    fn check_form_of_version(
        &self,
        constant: &Constant<'_>,
        waivers: &Waivers,
        problems: &mut Problems,
    ) -> bool {
        let text = self.text.escape_debug();
        let (what, better) = if let Some(better) = version::corrected(&self.text) {
            (format!("event type `{text}` must end in a version segment such as `v1`"), better)
        } else if let Some(better) = version::moved_to_the_end(&self.text) {
            (format!("the major version of event type `{text}` is not its last segment"), better)
        } else if let (Some(version), Some((first, start))) = (&self.version, self.segments.split_last())
            && is_version(first)
        {
            let what = format!("event type `{text}` has two major versions, `{first}` and `{version}`");
            // The first version has no suffix in the constant.
            let both = [first, version].map(|version| version::valid(&version[1..]));
            let named = both.iter().find(|version| constant.has_version(version)).unwrap_or(&both[1]);
            (what, format!("{}.{named}", start.join(".")))
        } else {
            return true;
        };
        let rule = &rules::TYPE_MISSING_VERSION;
        if self.text.split('.').all(is_word) && waivers.contains(rule) {
            waivers.mark_needed(rule);
            return true;
        }
        // With a waiver, the action would still not be a past tense, or a segment not a word.
        waivers.mark_needed(rule);
        problems.refuse(rule, &self.literal, what, constant.write(&suggested(&better, waivers)));
        false
    }

    fn check_length(&self, constant: &str, problems: &mut Problems) -> bool {
        let is_long_enough = self.segments.len() >= LEAST;
        let dotted = self.text.replace([':', '/', '\\', ' '], ".");
        if !is_long_enough && Self::new(&LitStr::new(&dotted, self.literal.span())).segments.len() >= LEAST {
            let what = format!(
                "the segments of event type `{}` are not separated by dots",
                self.text.escape_debug()
            );
            let help = format!("write `\"{}\"`", legal(&dotted).replace('-', "_"));
            problems.refuse(&rules::TYPE_SEGMENT, &self.literal, what, help);
        } else if !is_long_enough {
            let what = format!("event type `{}` has too few segments", self.text.escape_debug());
            let help = format!("write `\"{}\"`", self.completed(constant));
            problems.refuse(&rules::TYPE_TOO_SHORT, &self.literal, what, help);
        }
        is_long_enough
    }

    /// Returns an event type for the constant, with the words of this one as far as they can be told apart.
    fn completed(&self, constant: &str) -> String {
        let legal = legal(&self.segments.join("."));
        let mut words: Vec<String> =
            legal.split('.').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        if let Some((subject, action)) = words.last().and_then(|last| action::split(last)) {
            let both = [subject.to_owned(), action.to_owned()];
            words.splice(words.len() - 1.., both);
        }
        let (domain, rest) = match &words[..] {
            [first, second, rest @ ..] if is_top_level_domain(first) => (format!("{first}.{second}"), rest),
            [first, rest @ ..] if first == "example" || self.segments.len() + 1 == LEAST => {
                (format!("com.{first}"), rest)
            }
            rest => ("com.example".to_owned(), rest),
        };
        let known = rest.iter().position(|word| SUBDOMAINS.contains(&word.as_str()));
        let is_own = |word: &String| {
            domain != "org.openedx"
                && !constant.contains(&word.to_uppercase())
                && action::not_past(word).is_some()
        };
        let place = known.or_else(|| rest.first().filter(|first| is_own(first)).map(|_| 0));
        let (subdomain, after) = match place {
            Some(place) => (rest[place].as_str(), &rest[place + 1..]),
            None => ("learning", rest),
        };
        let (base, _) = split_version(constant);
        let after = after.join(".");
        // Words that the constant does not repeat would be the next mistake.
        let fits = after.contains('.')
            && format!(".{after}").to_uppercase().replace('.', "_").ends_with(&format!("_{base}"));
        let subject_and_action = if fits { after } else { subject_and_action(constant) };
        let version = version::valid(self.version.as_deref().map_or("1", |version| &version[1..]));
        format!("{domain}.{subdomain}.{subject_and_action}.{version}")
    }

    fn check_segments(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        // One message is enough, because its help shows the whole event type.
        let Some(segment) = self.segments.iter().find(|segment| !is_word(segment)) else { return true };
        let (text, shown) = (self.text.escape_debug(), segment.escape_debug());
        let what = if segment.is_empty() {
            format!("a segment of event type `{text}` is empty")
        } else {
            format!("segment `{shown}` of event type `{text}` is not a lowercase word")
        };
        let help = format!("write `\"{}\"`", suggested(&self.text, waivers));
        problems.refuse(&rules::TYPE_SEGMENT, &self.literal, what, help);
        false
    }

    /// Returns whether the constant can be compared with the major version.
    fn check_version(&self, constant: &Constant<'_>, waivers: &Waivers, problems: &mut Problems) -> bool {
        // `check_segments` reported a trailing dot.
        let has_end = self.segments.last().is_some_and(|last| !last.is_empty());
        if self.major_version.is_some() || !has_end {
            return true;
        }
        let text = &self.text;
        let rule = &rules::TYPE_MISSING_VERSION;
        let start = suggested(&self.segments.join("."), waivers);
        if let Some(version) = &self.version {
            let what = format!("`{version}` of event type `{text}` is not a valid major version");
            let help = constant.write(&format!("{start}.{}", version::valid(&version[1..])));
            return waivers.check_with_help(rule, &self.literal, what, help, problems);
        }
        let version = split_version(constant.name).1.unwrap_or("1");
        let what = format!("event type `{text}` has no major version");
        waivers.check(rule, &self.literal, what, &format!("write `\"{start}.v{version}\"`"), problems);
        true
    }

    fn check_hyphen(&self, waivers: &Waivers, problems: &mut Problems) {
        if let Some(segment) = self.segments.iter().find(|segment| segment.contains('-')) {
            let what = format!("segment `{segment}` of event type `{}` contains a hyphen", self.text);
            let help = format!("write `\"{}\"`", self.text.replace('-', "_"));
            waivers.check(&rules::TYPE_HYPHEN, &self.literal, what, &help, problems);
        }
    }

    fn check_action(&self, waivers: &Waivers, problems: &mut Problems) -> bool {
        let action = self.segments.last().map_or("", String::as_str);
        let Some(word) = action::not_past(action) else { return true };
        let rule = &rules::ACTION_NOT_PAST_TENSE;
        let what = if word == action {
            format!("action `{action}` of event type `{}` is not in the past tense", self.text)
        } else {
            format!("`{word}` in action `{action}` of event type `{}` is not in the past tense", self.text)
        };
        let help = format!(
            "end the event type and the name of the event with what happened, as in `created`, `updated` or `sent`; if `{word}` is right, {}",
            how_to_waive(rule)
        );
        waivers.check_with_help(rule, &self.literal, what, help, problems)
    }
}
