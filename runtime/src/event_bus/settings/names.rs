//! Names of settings: which ones belong to the event bus, and which unknown ones are probably misspelled.

use std::collections::BTreeSet;

use super::{
    Settings,
    finding::Findings,
    layers::Layers,
    row::Row,
    table::{ConsumerSettings, ProducerSettings},
};
use crate::event_bus::broker::{built_in::BuiltIn, buses::BusSettings};

/// Returns whether a setting with this name belongs to the event bus. The settings of a whole service have many others.
pub(super) fn is_ours(name: &str) -> bool {
    name.starts_with("EVENT_BUS_") || name.starts_with("EVENTS_") || name == "SERVICE_VARIANT"
}

/// Returns whether the setting is a table, which is JSON in an environment variable.
pub(super) fn is_table(name: &str) -> bool {
    rows(&BusSettings::default()).any(|row| row.is_table && row.names.contains(&name))
}

pub(super) fn rows(buses: &BusSettings) -> impl Iterator<Item = &'static Row> {
    let general = [Settings::ROWS, ProducerSettings::ROWS, ConsumerSettings::ROWS];
    general.into_iter().chain(buses.all().map(BuiltIn::rows)).flatten()
}

/// Reports the names that are not settings.
pub(super) fn check(layers: &Layers, findings: &mut Findings) {
    let known = KnownNames::new();
    for (name, path) in layers.paths().filter(|(name, _)| !known.names.contains(*name)) {
        let near = known.near_misses(name);
        if !near.is_empty() {
            findings.error(
                &path,
                format!(
                    "unknown setting, probably misspelled\nnote: its value would have no effect\nhelp: write `{}`",
                    near.join("` or `")
                ),
            );
        } else if name.starts_with("EVENT_BUS_") {
            findings.warning(
                &path,
                "unknown setting of the event bus, ignored\nhelp: remove it, unless another program that shares these \
                 settings needs it",
            );
        }
    }
}

struct KnownNames {
    names: BTreeSet<String>,
    families: Vec<&'static str>,
}

impl KnownNames {
    fn new() -> Self {
        let buses = BusSettings::default();
        let families: Vec<_> = buses.all().filter_map(BuiltIn::family).collect();
        let names = rows(&buses).flat_map(|row| row.names).flat_map(|name| full_names(name, &families));
        Self { names: names.collect(), families }
    }

    /// Returns the settings that `name` may stand for: those that differ by a typing slip, else those that differ only in
    /// words such as `REDIS` and `CONSUMER`.
    fn near_misses(&self, name: &str) -> Vec<&str> {
        let upper = name.to_uppercase();
        let mut near: Vec<_> = self.names.iter().filter(|known| is_slip(known, &upper)).collect();
        if near.is_empty() {
            let essence = self.essence(&upper);
            near = self.names.iter().filter(|known| self.essence(known) == essence).collect();
        }
        near.into_iter().map(|near| &**near).collect()
    }

    /// Removes the words that people forget or add: `EVENT_BUS_REDIS_CONNECTION_URL` becomes `EVENT_BUS_URL`.
    fn essence(&self, name: &str) -> String {
        let words = ["CONNECTION", "CONSUMER", "PRODUCER"].iter().chain(&self.families);
        words.fold(name.to_owned(), |name, word| name.replacen(&format!("_{word}_"), "_", 1))
    }
}

/// Returns the names that a row has: one for each family if the name depends on it.
fn full_names(name: &str, families: &[&str]) -> Vec<String> {
    if name.contains('*') {
        families.iter().map(|family| name.replace('*', family)).collect()
    } else {
        vec![name.to_owned()]
    }
}

fn is_slip(known: &str, name: &str) -> bool {
    strsim::osa_distance(known, name) <= 2 || known.replace('_', "") == name.replace('_', "")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, env, fs, path::Path};

    use super::{KnownNames, full_names, is_ours, rows};
    use crate::event_bus::broker::buses::BusSettings;

    #[test]
    fn no_setting_is_a_near_miss_of_another() {
        let known = KnownNames::new();
        assert_eq!(known.names.len(), 43);
        for name in &known.names {
            let near = known.near_misses(name);
            assert_eq!(near.iter().filter(|near| *near == name).count(), 1, "{name}");
            assert_eq!(near.len(), if name.contains("_RETRY_M") { 2 } else { 1 }, "{name}");
            assert!(is_ours(name), "{name}");
        }
    }

    #[test]
    fn near_misses_are_found() {
        let known = KnownNames::new();
        for (name, meant) in [
            ("EVENT_BUS_PRODUCERS", &["EVENT_BUS_PRODUCER"][..]),
            ("EVENT_BUS_Producer", &["EVENT_BUS_PRODUCER"]),
            ("EVENTS_BUS_PRODUCER", &["EVENT_BUS_PRODUCER"]),
            ("EVENTS_SERVICENAME", &["EVENTS_SERVICE_NAME"]),
            ("EVENT_BUS_PRODUCER_CONIFG", &["EVENT_BUS_PRODUCER_CONFIG"]),
            ("EVENT_BUS_CONFIG", &["EVENT_BUS_CONSUMER_CONFIG", "EVENT_BUS_PRODUCER_CONFIG"]),
            ("EVENT_BUS_REDIS_URL", &["EVENT_BUS_REDIS_CONNECTION_URL"]),
            ("EVENT_BUS_STREAM_MAX_LEN", &["EVENT_BUS_REDIS_STREAM_MAX_LEN"]),
            (
                "EVENT_BUS_CONSUMER_POLL_TIMEOUT",
                &["EVENT_BUS_KAFKA_CONSUMER_POLL_TIMEOUT", "EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT"],
            ),
            ("EVENT_BUS_KAFKA_BOOTSTRAP_SERVER", &["EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS"]),
            ("EVENT_BUS_SCHEMA_REGISTRY_URL", &["EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL"]),
            ("EVENT_BUS_REDIS_CONSUMER_MAX_ATTEMPTS", &["EVENT_BUS_CONSUMER_MAX_ATTEMPTS"]),
            ("EVENT_BUS_REDIS_CONSUMER_ENABLED", &["EVENT_BUS_REDIS_CONSUMERS_ENABLED"]),
        ] {
            assert_eq!(known.near_misses(name), meant, "{name}");
        }
    }

    #[test]
    fn settings_of_other_programs_are_not_near_misses() {
        for name in [
            "EVENT_BUS_PROCESSING_DELAY_SECONDS",
            "EVENT_BUS_MESSAGE_DELAY_THRESHOLD_SECONDS",
            "EVENT_BUS_BACKEND",
            "EVENT_BUS_RUN_REDIS_INSIGHT",
            "EVENT_BUS_LMS_CONSUMER_TOPIC",
            "EVENT_BUS_REDIS_SERVICE_HOST",
            "EVENT_BUS_REDIS_PORT",
            "EVENTS_TABLE",
        ] {
            assert_eq!(KnownNames::new().near_misses(name), [""; 0], "{name}");
        }
    }

    /// The table in the documentation of the module `settings`. `UPDATE_SETTINGS=1` writes it.
    #[test]
    fn the_documented_table_has_the_rows() {
        let families = KnownNames::new().families;
        let mut seen = BTreeSet::new();
        let mut lines = vec!["| setting | value | default |".to_owned(), "|---|---|---|".to_owned()];
        for row in rows(&BusSettings::default()).filter(|row| seen.insert(row.names)) {
            let names = row.names.iter().map(|name| full_names(name, &families).join("` or `"));
            let names: Vec<_> = names.collect();
            lines.push(format!("| `{}` |{} | {} |", names.join("`, else `"), row.meaning, (row.default)()));
        }
        let table = lines.join("\n") + "\n";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/event_bus/settings/table.md");
        if env::var_os("UPDATE_SETTINGS").is_some() {
            fs::write(&file, &table).unwrap();
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), table, "UPDATE_SETTINGS=1 writes table.md");
    }
}
