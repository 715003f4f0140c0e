//! The file of figures, from which `report` fills in `BENCHMARKS.md`.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::Result;

/// The tables of a section, by the names of their marks in `BENCHMARKS.md`.
pub(crate) type Tables = Vec<(&'static str, String)>;

/// The tables by the names of their marks in `BENCHMARKS.md`. Tables that are not measured again stay.
pub(crate) struct Figures {
    file: PathBuf,
    tables: BTreeMap<String, String>,
}

impl Figures {
    pub(crate) fn open(file: &Path) -> Self {
        let text = fs::read_to_string(file).ok();
        let tables = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self { file: file.to_owned(), tables }
    }

    /// Prints a table and writes it to the file.
    pub(crate) fn write(&mut self, name: &str, table: String) -> Result<()> {
        writeln!(io::stdout(), "{name}\n\n{table}")?;
        self.tables.insert(name.to_owned(), table);
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(&self.file, serde_json::to_string_pretty(&self.tables)?)?)
    }

    pub(crate) fn write_all(&mut self, tables: Tables) -> Result<()> {
        tables.into_iter().try_for_each(|(name, table)| self.write(name, table))
    }
}

/// Returns the file that `report` reads.
pub(crate) fn default_file() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::env::var_os("CARGO_TARGET_DIR").map_or(own, PathBuf::from).join("event_bus.json")
}
