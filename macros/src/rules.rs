//! The design rules: one table, from which messages, waivers and documentation take their words.
//!
//! The runtime checks the rules that depend on the types of fields. It repeats their reasons, because the compiler
//! assembles those messages; `page.rs` compares the two, and writes the documentation.

#[cfg(test)]
mod page;

/// A rule of event design that the compiler enforces.
pub(crate) struct Rule {
    /// The name in `allow(…)`, in the documentation, and of the compile-fail case.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The architecture decision of Python's openedx-events behind the rule; empty if there is none.
    pub(crate) adr: &'static str,
    /// Why the rule exists: the `note:` of its message; empty if the message says it.
    pub(crate) why: &'static str,
    /// Definitions of Open edX that break the rule, for the documentation; empty if there are none.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) upstream: &'static str,
}

pub(crate) enum Kind {
    /// Cannot be waived.
    Error,
    /// Can be waived with `allow(rule, reason = "…")`.
    Convention {
        subject: Subject,
        /// Why a waiver is not needed: the design that the rule asks for.
        kept: &'static str,
    },
}

/// The subject of a convention, which decides where it can be waived.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Subject {
    Event,
    /// A data key of an event.
    DataKey,
    /// A data key, or a field of a payload.
    Field,
}

impl Rule {
    pub(crate) fn is_convention(&self) -> bool {
        matches!(self.kind, Kind::Convention { .. })
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}

/// Returns the names of the rules that can be waived.
pub(crate) fn conventions() -> Vec<&'static str> {
    ALL.iter().filter(|rule| rule.is_convention()).map(|rule| rule.name).collect()
}

macro_rules! rules {
    ($($constant:ident {
        name: $name:literal,
        $(kind: $kind:expr,)?
        $(adr: $adr:literal,)?
        $(why: $why:literal,)?
        $(upstream: $upstream:literal,)?
    })*) => {
        $(pub(crate) static $constant: Rule = Rule {
            name: $name,
            kind: rules!(@kind $($kind)?),
            adr: concat!($($adr)?),
            why: concat!($($why)?),
            upstream: concat!($($upstream)?),
        };)*

        /// All rules, including those that only the runtime checks.
        pub(crate) static ALL: &[&Rule] = &[$(&$constant),*];
    };
    // A rule without a kind is an error.
    (@kind) => { Kind::Error };
    (@kind $kind:expr) => { $kind };
}

rules! {
    TYPE_MISSING {
        name: "type_missing",
        adr: "ADR-2",
        why: "services identify an event by its type",
    }
    ARGUMENT_UNKNOWN {
        name: "argument_unknown",
    }
    ARGUMENT_DUPLICATE {
        name: "argument_duplicate",
    }
    TYPE_SEGMENT {
        name: "type_segment",
        adr: "ADR-2",
        why: "the segments of an event type are lowercase words with underscores: `[a-z][a-z0-9_]*`",
    }
    TYPE_HYPHEN {
        name: "type_hyphen",
        kind: Kind::Convention { subject: Subject::Event, kept: "the event type has no hyphen" },
        adr: "ADR-2",
        why: "underscores join words; an Avro namespace cannot contain a hyphen",
        upstream: "`org.openedx.enterprise.subsidy.redemption-reversed.v1`",
    }
    TYPE_MISSING_VERSION {
        name: "type_missing_version",
        kind: Kind::Convention { subject: Subject::Event, kept: "the event type has a major version" },
        adr: "ADR-2",
        why: "consumers recognize breaking changes by the major version",
        upstream: "`org.openedx.authz.role_assignment.created` and `org.openedx.authz.role_assignment.deleted`",
    }
    TYPE_TOO_SHORT {
        name: "type_too_short",
        adr: "ADR-2",
        why: "an event type is `{reverse DNS}.{subdomain}.{subject}.{action}.v{major}`",
    }
    TYPE_UNKNOWN_SUBDOMAIN {
        name: "type_unknown_subdomain",
        kind: Kind::Convention {
            subject: Subject::Event,
            kept: "the event type has a subdomain of Open edX, or does not begin with `org.openedx`",
        },
        adr: "ADR-2, ADR-18",
        why: "the subdomains of Open edX are `learning`, `content_authoring`, `enterprise`, `analytics` and `authz`",
    }
    NAME_MISMATCH {
        name: "name_mismatch",
        kind: Kind::Convention {
            subject: Subject::Event,
            kept: "the constant repeats the last words of the event type",
        },
        adr: "ADR-2",
        why: "a constant repeats the last words of subject and action, so that you can guess one name from the other",
        upstream: "`COURSE_DISCUSSIONS_CHANGED` of `org.openedx.learning.discussions.configuration.changed.v1`, and `FORUM_RESPONSE_COMMENT_CREATED`",
    }
    NAME_MISSING_MAJOR_VERSION {
        name: "name_missing_major_version",
        adr: "ADR-2",
        why: "two major versions of an event can exist side by side; from `v2` on, the constant names its version",
    }
    NAME_CONTAINS_EVENT {
        name: "name_contains_event",
        kind: Kind::Convention { subject: Subject::Event, kept: "the constant does not contain `EVENT`" },
        adr: "naming page",
        why: "every signal is an event, so the word adds nothing",
        upstream: "`TRACKING_EVENT_EMITTED`",
    }
    ACTION_NOT_PAST_TENSE {
        name: "action_not_past_tense",
        kind: Kind::Convention {
            subject: Subject::Event,
            kept: "the action is in the past tense, or names a known state",
        },
        adr: "ADR-2, ADR-16",
        why: "an event says what happened; a request to do something is a command",
    }
    KEY_IS_PII {
        name: "key_is_pii",
        kind: Kind::Convention { subject: Subject::Event, kept: "the event has no key that is personal data" },
        adr: "ADR-8",
        why: "brokers, their logs and tools show keys in plain text, and keep them after the person's data is erased",
        upstream: "`STUDENT_REGISTRATION_COMPLETED` and `SESSION_LOGIN_COMPLETED` (`user.pii.username`)",
    }
    KEY_UNKNOWN {
        name: "key_unknown",
        adr: "ADR-14",
        why: "producers find the key by its path in the data that they send",
        upstream: "`ROLE_ASSIGNMENT_CREATED` and `ROLE_ASSIGNMENT_DELETED` (`user.pii.username`), `COURSE_IMPORT_COMPLETED` and `COURSE_RERUN_COMPLETED` (`catalog_info.course_key`)",
    }
    KEY_TYPE {
        name: "key_type",
        adr: "ADR-12",
        why: "events with the same key stay in order, so the key must identify what changed",
    }
    EVENT_UNDOCUMENTED {
        name: "event_undocumented",
        adr: "ADR-16",
        why: "consumers in other teams know only what the documentation says",
    }
    FIELD_UNDOCUMENTED {
        name: "field_undocumented",
        adr: "ADR-16",
        why: "consumers in other teams know only what the documentation says",
    }
    FIELD_DATA_SUFFIX {
        name: "field_data_suffix",
        kind: Kind::Convention {
            subject: Subject::DataKey,
            kept: "the data key does not end in `_data` or `_payload`",
        },
        adr: "how-to",
        why: "everything in an event is data, so the suffix adds nothing",
        upstream: "`course_access_role_data` of `COURSE_ACCESS_ROLE_ADDED`",
    }
    FIELD_RESERVED {
        name: "field_reserved",
    }
    FIELD_FLOW_CONTROL {
        name: "field_flow_control",
        kind: Kind::Convention {
            subject: Subject::Field,
            kept: "the field is not a `bool` that tells receivers what to do",
        },
        adr: "ADR-16",
        why: "an event says what happened, and leaves it to its receivers to decide what to do",
        upstream: "`update_blocks` of `ContentLibraryData` and `background` of `LibraryCollectionData`",
    }
    FIELD_TYPE {
        name: "field_type",
        adr: "ADR-3",
        why: "an event outlives the values it was made from, and reaches other threads and services",
    }
    CONTRACT_BROKEN {
        name: "contract_broken",
        adr: "ADR-6",
        why: "messages carry no schema, so services read them with the published one",
    }
    PAYLOAD_SHAPE {
        name: "payload_shape",
        adr: "ADR-3",
        why: "a payload is a struct with named fields, an enum of texts, or a `#[payload(text)]` struct around one value",
    }
    ENUM_CATCH_ALL {
        name: "enum_catch_all",
        adr: "ADR-6",
        why: "a service must be able to read values that later versions of another service add",
    }
    ENUM_VARIANT {
        name: "enum_variant",
        adr: "ADR-5",
        why: "on the wire, an enum is a string, and each variant is one text",
    }
    ENUM_TEXT_DUPLICATE {
        name: "enum_text_duplicate",
        adr: "ADR-5",
        why: "the text that a service reads must lead to one variant",
    }
    TEXT_SHAPE {
        name: "text_shape",
        adr: "ADR-5",
        why: "the string on the wire is the one that `Display` of the wrapped value writes and its `FromStr` reads",
    }
    EVENT_SHAPE {
        name: "event_shape",
        adr: "ADR-3",
        why: "an event is a struct with named fields, one for each data key",
    }
    FIELD_CFG {
        name: "field_cfg",
        adr: "ADR-6",
        why: "the schema must be the same in every build, or services cannot read each other's messages",
    }
    SERDE_ATTRIBUTE {
        name: "serde_attribute",
        adr: "ADR-6",
        why: "the schema determines the JSON, which must be the same in all services",
    }
    DERIVE_CONFLICT {
        name: "derive_conflict",
    }
    RECORD_NAME_CLASH {
        name: "record_name_clash",
        adr: "ADR-5",
        why: "a schema defines each record name once, so consumers would mistake one record for the other",
    }
    RECORD_NAME_RESERVED {
        name: "record_name_reserved",
        adr: "ADR-5",
        why: "in a schema, a name such as `string` or `record` refers to Avro's own type, so readers would mistake the payload for it",
    }
    RECORD_RECURSIVE {
        name: "record_recursive",
        adr: "ADR-5",
        why: "Python's library does not support recursive schemas, and nothing would limit the depth of a message",
    }
    RECEIVER_SHAPE {
        name: "receiver_shape",
        adr: "ADR-3",
        why: "the registry calls receivers as free functions, with references to the data keys that they name",
    }
    RECEIVER_PARAMETER {
        name: "receiver_parameter",
        adr: "ADR-3",
        why: "each parameter takes the data key of the same name",
    }
    RECEIVER_BATCH {
        name: "receiver_batch",
        why: "a consumer collects events of one signal, and passes all of them in one call",
    }
    RECEIVER_RETURN {
        name: "receiver_return",
        why: "the sender learns only whether each receiver succeeded",
    }
    RECEIVER_NAME_DUPLICATE {
        name: "receiver_name_duplicate",
        why: "a dead letter names the receivers that failed, and a replay finds them by name",
    }
    TYPE_DUPLICATE {
        name: "type_duplicate",
        adr: "ADR-2",
        why: "services identify an event by its type, so two events cannot share one",
        upstream: "two events that shared a type for 15 months",
    }
}
