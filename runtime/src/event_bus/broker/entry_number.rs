//! Ids of entries on buses that number their entries.

use super::BusError;
use crate::event_bus::wire::EntryId;

/// Makes the id of an entry on a bus that numbers its entries.
impl From<u64> for EntryId {
    fn from(number: u64) -> Self {
        Self::new(number.to_string())
    }
}

impl EntryId {
    /// Returns the number of the entry, on a bus that numbers its entries.
    ///
    /// # Errors
    ///
    /// If the id is not a number. An operator may have written the id of another bus.
    pub fn number(&self) -> Result<u64, BusError> {
        let number = self.as_str().parse();
        number.map_err(|_| BusError::permanent(format!("`{self}` is not the id of an entry: write a number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_number() {
        for number in [0, 7, u64::MAX] {
            assert_eq!(EntryId::from(number).number().unwrap(), number);
        }
    }

    #[test]
    fn an_id_of_another_bus_has_no_number() {
        for id in ["7-0", "", "-7", "yesterday", "18446744073709551616"] {
            let error = EntryId::new(id).number().unwrap_err();
            assert_eq!(error.to_string(), format!("`{id}` is not the id of an entry: write a number"));
            assert!(!error.is_transient());
        }
    }
}
