//! Functions over all fields, cut into parts if there are many.
//!
//! LLVM takes minutes for one function that handles hundreds of fields, or overflows its stack, because an error in one
//! field drops all fields before it. Each part is a closure that is never inlined.

use super::{Field, Record};
use crate::source::{joined, source};

/// The largest number of fields in one function. No event of Open edX has more.
const MOST_IN_ONE: usize = 32;

/// The number of fields in a part.
const IN_A_PART: usize = 16;

impl Record<'_> {
    /// Returns `each` for each field, one after the other.
    pub(super) fn statements(&self, each: impl Fn(&Field<'_>) -> String) -> String {
        // __apart(|| { …; …; }); __apart(|| { …; …; });
        joined(self.parts(|part| part.iter().map(&each).collect()), "; ")
    }

    /// Returns the expressions that `join` makes of the fields of each part.
    pub(super) fn parts(&self, join: impl Fn(&[Field<'_>]) -> String) -> Vec<String> {
        if self.fields.len() <= MOST_IN_ONE {
            return vec![join(&self.fields)];
        }
        let apart = |part| {
            let joined = join(part);
            source!([joined] __apart(|| { #joined }))
        };
        self.fields.chunks(IN_A_PART).map(apart).collect()
    }

    /// Returns an expression for a value of the struct. `each` returns the value of a field, `given` returns the result
    /// of a part from the tuple of its values, and `taken` returns the tuple from the result.
    pub(super) fn value(
        &self,
        each: impl Fn(&Field<'_>) -> String,
        given: impl Fn(String) -> String,
        taken: impl Fn(String) -> String,
    ) -> String {
        if self.fields.len() <= MOST_IN_ONE {
            let values = self.fields.iter().map(|field| format!("{}: {}", field.text, each(field)));
            // Self { id: …, is_active: … }
            return format!("Self {{ {} }}", joined(values, ", "));
        }
        let parts = self.parts(|part| given(format!("({},)", joined(part.iter().map(&each), ", "))));
        let parts = parts.into_iter().enumerate();
        let parts = joined(parts.map(|(index, part)| format!("let __part_{index} = {};", taken(part))), " ");
        let fields = self.fields.iter().map(|Field { text, index, .. }| {
            format!("{text}: __part_{}.{}", index / IN_A_PART, index % IN_A_PART)
        });
        // { let __part_0 = __apart(|| (…, …)); …; Self { id: __part_0.0, is_active: __part_0.1, … } }
        format!("{{ {parts} Self {{ {} }} }}", joined(fields, ", "))
    }
}
