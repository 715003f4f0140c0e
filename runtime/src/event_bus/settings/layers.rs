//! The values of settings by name, merged from all sources.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{finding::SettingPath, merge::merge_producer_configs, value::Given};

/// The settings of the event bus that have a value. If several sources set one, the last source counts.
#[derive(Default)]
pub(in crate::event_bus) struct Layers {
    settings: BTreeMap<String, Setting>,
    is_producing_off: bool,
    /// The names of empty variables that have no effect, and their source.
    without_effect: Vec<(String, String)>,
}

/// The setting that an empty variable takes back.
const PRODUCER: &str = "EVENT_BUS_PRODUCER";

struct Setting {
    value: Value,
    origin: String,
    is_variable: bool,
}

impl Layers {
    /// Adds a setting unless it is null or the empty string, which count as not set. An empty variable `EVENT_BUS_PRODUCER` takes
    /// back what other sources set.
    pub(super) fn add(&mut self, name: String, mut value: Value, origin: &str, is_variable: bool) {
        if name == PRODUCER && (is_variable || value != "") && !value.is_null() {
            self.settings.remove(PRODUCER);
            self.is_producing_off = value == "";
        }
        if is_variable && value == "" && self.settings.contains_key(&name) {
            self.without_effect.push((name, origin.to_owned()));
            return;
        }
        if value.is_null() || value == "" {
            return;
        }
        let mut origin = origin.to_owned();
        if name == "EVENT_BUS_PRODUCER_CONFIG"
            && let Some(earlier) = self.settings.remove(&name)
        {
            value = merge_producer_configs(earlier.value, &value);
            if earlier.origin != origin && !earlier.origin.is_empty() {
                origin = format!("{} and {origin}", earlier.origin);
            }
        }
        self.settings.insert(name, Setting { value, origin, is_variable });
    }

    /// Returns whether an empty variable switches producing off.
    pub(super) fn is_producing_off(&self) -> bool {
        self.is_producing_off
    }

    /// Returns the paths of empty variables that have no effect, each with the value that stays in effect, for a message.
    pub(super) fn without_effect(&self) -> impl Iterator<Item = (SettingPath<'_>, String)> {
        self.without_effect.iter().filter_map(|(name, origin)| {
            let kept = match &*self.settings.get(name)?.origin {
                "" => "the value that the program sets".to_owned(),
                origin => format!("the value in {origin}"),
            };
            Some((SettingPath::new(&**name, origin), kept))
        })
    }

    pub(in crate::event_bus) fn get(&self, name: &str) -> Option<(Given<'_>, SettingPath<'_>)> {
        let Setting { value, origin, is_variable } = self.settings.get(name)?;
        Some((Given { value, is_variable: *is_variable }, SettingPath::new(name, origin)))
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, SettingPath<'_>)> {
        self.settings.iter().map(|(name, setting)| (&**name, SettingPath::new(&**name, &setting.origin)))
    }

    /// Looks up settings as a bus of this family reads them: `*` in a name stands for the family.
    pub(super) fn of<'a>(&'a self, family: &str) -> impl Fn(&str) -> Option<(Given<'a>, SettingPath<'a>)> {
        move |name| self.get(&name.replace('*', family))
    }
}
