//! The design rules: one table, from which the messages and the documentation take their words.
//!
//! What a message says by the types of fields is in the runtime, which has the words again, since the compiler
//! puts them together; `page.rs` compares them. It also writes the documentation.

#[cfg(test)]
mod page;

/// A rule of event design that the compiler enforces.
pub(crate) struct Rule {
    /// Its name: in `allow(…)`, in the documentation, and of its compile-fail case.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The architecture decision of Python's openedx-events that it comes from, if any.
    pub(crate) adr: &'static str,
    /// Why there is such a rule: the `note:` of its message.
    pub(crate) why: &'static str,
    /// What of Open edX it would have refused, if anything; for the documentation.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) upstream: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Cannot be waived.
    Error,
    /// Can be waived with `allow(rule, reason = "…")`.
    Convention,
}

macro_rules! rules {
    ($($constant:ident = $kind:ident $name:literal $adr:literal $why:literal $(upstream $upstream:literal)?;)*) => {
        $(pub(crate) static $constant: Rule = Rule {
            name: $name,
            kind: Kind::$kind,
            adr: $adr,
            why: $why,
            upstream: concat!($($upstream)?),
        };)*

        /// All rules, those included that the macros cannot check.
        pub(crate) static ALL: &[&Rule] = &[$(&$constant),*];
    };
}

rules! {
    TYPE_MISSING = Error "type_missing" "ADR-2"
        "the event type is the name by which services know the event";
    ARGUMENT_UNKNOWN = Error "argument_unknown" "" "";
    ARGUMENT_DUPLICATE = Error "argument_duplicate" "" "";
    TYPE_SEGMENT = Error "type_segment" "ADR-2"
        "the segments of an event type are lowercase words with underscores: `[a-z][a-z0-9_]*`";
    TYPE_HYPHEN = Convention "type_hyphen" "ADR-2"
        "words are joined by underscores; a hyphen is no part of an Avro namespace"
        upstream "`org.openedx.enterprise.subsidy.redemption-reversed.v1`";
    TYPE_MISSING_VERSION = Convention "type_missing_version" "ADR-2"
        "consumers tell breaking changes apart by the major version"
        upstream "`org.openedx.authz.role_assignment.created` and `org.openedx.authz.role_assignment.deleted`";
    TYPE_TOO_SHORT = Error "type_too_short" "ADR-2"
        "an event type is `{reverse DNS}.{subdomain}.{subject}.{action}.v{major}`";
    TYPE_UNKNOWN_SUBDOMAIN = Convention "type_unknown_subdomain" "ADR-2, ADR-18"
        "the subdomains of Open edX are `learning`, `content_authoring`, `enterprise`, `analytics` and `authz`";
    NAME_MISMATCH = Convention "name_mismatch" "ADR-2"
        "whoever reads one name should know the other: the constant is the last words of subject and action"
        upstream "`COURSE_DISCUSSIONS_CHANGED` of `org.openedx.learning.discussions.configuration.changed.v1`, and `FORUM_RESPONSE_COMMENT_CREATED`";
    NAME_MISSING_MAJOR_VERSION = Error "name_missing_major_version" "ADR-2"
        "two major versions of an event stand side by side, and only the later ones say which they are";
    NAME_CONTAINS_EVENT = Convention "name_contains_event" "naming page"
        "everything here is an event"
        upstream "`TRACKING_EVENT_EMITTED`";
    ACTION_NOT_PAST_TENSE = Convention "action_not_past_tense" "ADR-2, ADR-16"
        "an event says what happened; what shall happen is a command";
    KEY_IS_PII = Convention "key_is_pii" "ADR-8"
        "brokers, their logs and tools show keys in clear, and keep them when the person's data is erased"
        upstream "`STUDENT_REGISTRATION_COMPLETED` and `SESSION_LOGIN_COMPLETED` (`user.pii.username`)";
    KEY_UNKNOWN = Error "key_unknown" "ADR-14"
        "producers find the key by its path in the data that they send"
        upstream "`ROLE_ASSIGNMENT_CREATED` and `ROLE_ASSIGNMENT_DELETED` (`user.pii.username`), `COURSE_IMPORT_COMPLETED` and `COURSE_RERUN_COMPLETED` (`catalog_info.course_key`)";
    KEY_TYPE = Error "key_type" "ADR-12"
        "events of one key stay in order, so the key is the identity of what changed";
    EVENT_UNDOCUMENTED = Error "event_undocumented" "ADR-16"
        "consumers of other teams know of it only what is written here";
    FIELD_UNDOCUMENTED = Error "field_undocumented" "ADR-16"
        "consumers of other teams know of it only what is written here";
    FIELD_DATA_SUFFIX = Convention "field_data_suffix" "how-to"
        "everything in an event is data"
        upstream "`course_access_role_data` of `COURSE_ACCESS_ROLE_ADDED`";
    FIELD_RESERVED = Error "field_reserved" "" "";
    FIELD_FLOW_CONTROL = Convention "field_flow_control" "ADR-16"
        "an event says what happened, and leaves what to do about it to its receivers"
        upstream "`update_blocks` of `ContentLibraryData` and `background` of `LibraryCollectionData`";
    FIELD_TYPE = Error "field_type" "ADR-3"
        "an event outlives the values it was made of, and reaches other threads and services";
    CONTRACT_BROKEN = Error "contract_broken" "ADR-6"
        "messages carry no schema of their own, so services read them by the one that was published";
    PAYLOAD_SHAPE = Error "payload_shape" "ADR-3"
        "a payload is a struct with named fields, whose names are on the wire";
    EVENT_SHAPE = Error "event_shape" "ADR-3"
        "an event is a struct with named fields, one a data key";
    FIELD_CFG = Error "field_cfg" "ADR-6"
        "the schema is the same in every build, or services could not read each other";
    SERDE_ATTRIBUTE = Error "serde_attribute" "ADR-6"
        "the JSON follows from the schema, and both are the same in all services";
    DERIVE_CONFLICT = Error "derive_conflict" "" "";
    RECORD_NAME_CLASH = Error "record_name_clash" "ADR-5"
        "a schema names a record once, so consumers would read one as the other";
    RECORD_RECURSIVE = Error "record_recursive" "ADR-5"
        "Python's library has no recursive schemas, and a consumer could be sent any depth";
    RECEIVER_SHAPE = Error "receiver_shape" "ADR-3"
        "a receiver is a free function that the registry can call with a reference to each data key it names";
    RECEIVER_PARAMETER = Error "receiver_parameter" "ADR-3"
        "each parameter takes the data key of its name";
    RECEIVER_RETURN = Error "receiver_return" ""
        "whoever sends an event learns only whether each receiver succeeded";
    TYPE_DUPLICATE = Error "type_duplicate" "ADR-2"
        "an event type is the name by which services know one event"
        upstream "two events that shared a type for 15 months";
}

/// What a convention is about, and so where it is waived.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Subject {
    Event,
    /// A data key of an event.
    DataKey,
    /// A data key, or a field of a payload.
    Field,
}

impl Rule {
    pub(crate) fn subject(&self) -> Subject {
        match self.name {
            "field_flow_control" => Subject::Field,
            name if name.starts_with("field_") => Subject::DataKey,
            _ => Subject::Event,
        }
    }

    /// Why a waiver of the rule, a convention, waives nothing where it stands.
    pub(crate) fn kept(&self) -> &'static str {
        match self.name {
            "type_hyphen" => "the event type has no hyphen",
            "type_missing_version" => "the event type ends in its major version",
            "type_unknown_subdomain" => {
                "the event type has a subdomain of Open edX, or does not begin with `org.openedx`"
            }
            "name_mismatch" => "the constant is made of the last words of the event type",
            "name_contains_event" => "the constant does not say `EVENT`",
            "action_not_past_tense" => "the event type ends in what happened, or in a known state",
            "key_is_pii" => "the event has no key that is personal data",
            "field_data_suffix" => "the data key does not end in `_data` or `_payload`",
            _ => "the field is no `bool` that says what to do",
        }
    }
}

/// The rule of that name.
pub(crate) fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}
