//! The values of `EVENT_BUS_PRODUCER` and `EVENT_BUS_CONSUMER`.

use super::value::shown;
use crate::event_bus::broker::{Capability, built_in::BuiltIn, buses::BusSettings, registered::registered};

/// Returns the name of the bus that the value of `setting` chooses. The error is the message of a finding.
pub(super) fn choose(setting: &str, value: &str, buses: &BusSettings) -> Result<String, String> {
    let registered = registered();
    if let Some(bus) = buses.all().find(|bus| bus.is_called(value, setting)) {
        return Ok(bus.name().to_owned());
    }
    if registered.contains_key(value) {
        return Ok(value.to_owned());
    }
    let mut known: Vec<_> = buses.all().map(BuiltIn::name).collect();
    known.extend(registered.keys().map(String::as_str));
    let known = known.join("`, `");
    let other = ["EVENT_BUS_PRODUCER", "EVENT_BUS_CONSUMER"].into_iter().find(|other| *other != setting);
    let of_other = other.and_then(|other| buses.all().find(|bus| bus.is_called(value, other)));
    Err(if let Some((bus, own)) = of_other.and_then(|bus| Some((bus, bus.python(setting)?))) {
        format!(
            "`{value}` belongs to the other setting\nnote: `EVENT_BUS_PRODUCER` sends events, `EVENT_BUS_CONSUMER` receives \
             them\nhelp: write `{}`, or `{own}` if Python services share these settings",
            bus.name()
        )
    } else if value.contains('.') {
        let python: Vec<_> = buses.all().filter_map(|bus| bus.python(setting)).collect();
        format!(
            "{} is not a bus\nnote: a dotted path names Python code, which cannot run in this program; only `{}` has a \
             counterpart\nhelp: write one of `{known}`",
            shown(value),
            python.join("`, `")
        )
    } else {
        format!(
            "{} is not a bus\nnote: the known buses are `{known}`\nhelp: write one of them, or register the implementation \
             before the settings are read",
            shown(value)
        )
    })
}

/// Returns whether the bus called `name` can do something. Without a name, returns `true`, because any bus may be meant.
pub(super) fn can(name: Option<&str>, capability: Capability, buses: &BusSettings) -> bool {
    let Some(name) = name else { return true };
    match buses.named(name) {
        Some(bus) => bus.can(capability),
        None => registered().get(name).is_none_or(|bus| bus.can(capability)),
    }
}

/// Returns the names of the buses of this crate, for a message.
pub(super) fn built_in() -> String {
    let names: Vec<_> = BusSettings::default().all().map(|bus| format!("`{}`", bus.name())).collect();
    names.join(" or ")
}
