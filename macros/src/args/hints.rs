//! Arguments that belong elsewhere, or that have another name in Django, in Python's openedx-events or in serde: what to
//! write in place of them. One function for each attribute.

use crate::rules;

/// The arguments of `#[event(…)]` that describe an event as a whole.
const OF_EVENTS: &[&str] =
    &["type", "key", "minor_version", "repository", "warning", "deprecated", "local_only", "name"];

/// `#[event(…)]` on a struct.
pub(crate) fn of_event(name: &str) -> Option<String> {
    let text = match name {
        "pii" | "default" => return Some(format!("remove it: `#[event({name})]` belongs on a data key")),
        "data" => "remove it: the fields of the struct are the data keys",
        "version" | "major_version" => {
            "remove it: the version is the end of `type`, as in `….v2`; only if data keys were added, write `minor_version = 1`"
        }
        "topic" | "topics" => "remove it: `EVENT_BUS_PRODUCER_CONFIG` in the settings sets the topic",
        _ => return docs(name),
    };
    Some(text.to_owned())
}

/// `#[payload(…)]` on a struct.
pub(crate) fn of_payload(name: &str) -> Option<String> {
    match name {
        "default" => Some("remove it: `#[payload(default)]` belongs on a field".to_owned()),
        "transparent" | "newtype" | "string" | "str" | "display" => {
            Some("write `text`: the value is a string on the wire".to_owned())
        }
        _ if OF_EVENTS.contains(&name) => Some(of_an_event(name)),
        _ => docs(name),
    }
}

/// `#[event(…)]` on a data key.
pub(crate) fn of_data_key(name: &str) -> Option<String> {
    match name {
        "key" => {
            Some("remove it: `key = …` in the `#[event(…)]` above the struct names the data key".to_owned())
        }
        _ if name == "crate" || OF_EVENTS.contains(&name) => {
            Some(format!("remove it: `{name}` belongs in the `#[event(…)]` above the struct"))
        }
        _ => of_any_field("event", name),
    }
}

/// `#[payload(…)]` on a field.
pub(crate) fn of_field(name: &str) -> Option<String> {
    match name {
        "text" => Some(
            "wrap the value: `text` belongs above a struct around it, as in `#[payload(text)] pub struct Name(pub …);`"
                .to_owned(),
        ),
        "crate" => Some("remove it: `crate` belongs in the `#[payload(…)]` above the struct".to_owned()),
        _ if OF_EVENTS.contains(&name) => Some(of_an_event(name)),
        _ => of_any_field("payload", name),
    }
}

fn of_any_field(attribute: &str, name: &str) -> Option<String> {
    let text = match name {
        "personal" | "personal_data" | "private" | "sensitive" | "secret" | "redact" | "redacted"
        | "hidden" => {
            return Some(format!("write `#[{attribute}(pii)]` if it is personal data"));
        }
        "optional" | "nullable" | "null" => "remove it, and make the field an `Option<_>`",
        "required" => "remove it: a field is required unless it has a `default` or is an `Option<_>`",
        "rename" | "alias" => "remove it: a field has the same name in Rust and on the wire",
        "skip" | "skip_serializing_if" | "flatten" | "with" => {
            "remove it: every field is on the wire; a type with another wire form implements `openedx_events::AvroType`"
        }
        _ => return docs(name),
    };
    Some(text.to_owned())
}

fn of_an_event(name: &str) -> String {
    format!("remove it: `{name}` belongs in the `#[event(…)]` of an event")
}

/// `#[payload(…)]` on a variant of an enum.
pub(crate) fn of_variant(name: &str) -> Option<String> {
    match name {
        "catch_all" | "unknown" | "fallback" => Some("write `#[payload(other)]`".to_owned()),
        _ => docs(name),
    }
}

/// `#[receiver(…)]`.
pub(crate) fn of_receiver(name: &str) -> Option<String> {
    let text = match name {
        "dispatch_uid" => "remove it: a receiver is registered once; `name = \"…\"` gives it a stable name",
        "weak" => "remove it: a receiver that is a function is never dropped",
        "sender" => {
            "remove it: a receiver gets all events of its signal; `metadata: &EventsMetadata` tells which service sent one"
        }
        "type" | "event_type" => "write the event's static, as in `#[receiver(COURSE_ENROLLMENT_CREATED)]`",
        "max" | "wait" | "batched" | "batch_size" | "bulk" => "write `batch(max = 500, wait = \"5s\")`",
        "priority" | "weight" | "before" | "after" => {
            "write `order = 10`: receivers with a lower number run first"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// `batch(…)`.
pub(crate) fn of_batch(name: &str) -> Option<String> {
    let text = match name {
        "size" | "max_size" | "batch_size" | "limit" | "count" | "len" | "capacity" => "write `max = 500`",
        "timeout" | "interval" | "every" | "delay" | "linger" | "seconds" | "max_wait" | "window" => {
            "write `wait = \"5s\"`"
        }
        "min" => "remove it: a consumer passes a smaller batch after `wait`, or when it stops",
        _ => return None,
    };
    Some(text.to_owned())
}

/// `deprecated(…)`.
pub(crate) fn of_deprecated(name: &str) -> Option<String> {
    match name {
        "reason" | "message" | "instead" | "replacement" | "why" | "text" => {
            Some("write `note = \"…\"`, which says what to use instead".to_owned())
        }
        _ => None,
    }
}

/// `allow(…)`.
pub(crate) fn of_waiver(name: &str) -> Option<String> {
    rules::find(name).is_some().then(|| format!("write `allow({name}, reason = \"…\")`"))
}

fn docs(name: &str) -> Option<String> {
    ["doc", "docs", "description", "help", "help_text"]
        .contains(&name)
        .then(|| "remove it, and write a documentation comment, `/// …`".to_owned())
}
