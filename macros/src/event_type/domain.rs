//! The reverse DNS name and the subdomain, with which an event type begins.

use super::{EventType, LEAST, words::legal};
use crate::{diagnostics::Problems, rules, waivers::Waivers};

/// The subdomains of Open edX itself (ADR-2, ADR-18).
pub(super) const SUBDOMAINS: &[&str] = &["learning", "content_authoring", "enterprise", "analytics", "authz"];

impl EventType {
    /// Refuses a reverse DNS name without its top-level domain, as in `openedx.learning.…`.
    pub(super) fn check_domain(&self, problems: &mut Problems) -> bool {
        let Some(missing) = self.missing_domain() else { return true };
        let is_enough = self.segments.len() + missing.split('.').count() >= LEAST;
        if !is_enough {
            return true;
        }
        let what = format!(
            "event type `{}` does not begin with a reverse DNS name such as `org.openedx`",
            self.text
        );
        let help = format!("write `\"{missing}.{}\"`", legal(&self.text));
        problems.refuse(&rules::TYPE_TOO_SHORT, &self.literal, what, help);
        false
    }

    /// Returns the beginning that the reverse DNS name lacks.
    fn missing_domain(&self) -> Option<&'static str> {
        let first = self.segments.first()?.as_str();
        let second = self.segments.get(1).map_or("", String::as_str);
        match first {
            "openedx" | "edx" => Some("org"),
            _ if SUBDOMAINS.contains(&first) => Some("org.openedx"),
            _ if SUBDOMAINS.contains(&second) && !is_top_level_domain(first) => Some("com"),
            _ => None,
        }
    }

    pub(super) fn check_subdomain(&self, waivers: &Waivers, problems: &mut Problems) {
        let [first, second, subdomain, ..] = self.segments.as_slice() else {
            return;
        };
        // `check_hyphen` reported `content-authoring`.
        let is_known = SUBDOMAINS.contains(&subdomain.as_str())
            || (SUBDOMAINS.contains(&subdomain.replace('-', "_").as_str())
                && !waivers.contains(&rules::TYPE_HYPHEN));
        if first == "org" && second == "openedx" && !is_known {
            let what = format!("`{subdomain}` is not a subdomain of `org.openedx`");
            let help = format!(
                "replace `{subdomain}` with one of these, or `org.openedx` with the reverse DNS name of your organization"
            );
            waivers.check(&rules::TYPE_UNKNOWN_SUBDOMAIN, &self.literal, what, &help, problems);
        }
    }
}

/// Returns whether the word can be a top-level domain. Only those in names of organizations are listed.
pub(super) fn is_top_level_domain(word: &str) -> bool {
    const KNOWN: &[&str] = &[
        "academy",
        "app",
        "cloud",
        "college",
        "com",
        "community",
        "courses",
        "dev",
        "edu",
        "education",
        "foundation",
        "global",
        "gov",
        "info",
        "institute",
        "int",
        "mil",
        "net",
        "network",
        "online",
        "org",
        "school",
        "software",
        "solutions",
        "study",
        "systems",
        "team",
        "tech",
        "technology",
        "training",
        "university",
        "world",
    ];
    word.len() == 2 || KNOWN.contains(&word)
}
