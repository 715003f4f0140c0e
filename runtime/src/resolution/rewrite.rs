//! Converts messages along a plan.

use std::{borrow::Cow, fmt, sync::Arc};

use super::{
    plan::{FieldPlan, Plan, RecordPlan, Source},
    types::{Type, WriterRecord},
};
use crate::avro::{DecodeError, Decoder, encoder};

/// The nesting that a value may have. Only a record that contains itself goes beyond it.
const DEEPEST: usize = 256;

/// Converts messages of one writer's schema to the schema of one event.
pub struct Resolution {
    plan: Plan,
    records: Arc<[WriterRecord]>,
}

impl Resolution {
    pub(super) fn new(plan: Plan, records: Arc<[WriterRecord]>) -> Self {
        Self { plan, records }
    }

    /// Returns the bytes that a writer with the event's own schema would have written, for
    /// [`codec::decode`](crate::codec::decode). If both schemas have the same form, returns `bytes` without reading
    /// them. Bytes after the record are ignored.
    ///
    /// # Errors
    ///
    /// If the bytes are not a record of the writer's schema, or hold a branch of a union that the event's field cannot have.
    pub fn rewrite<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, DecodeError> {
        if matches!(self.plan, Plan::Same(_)) {
            return Ok(Cow::Borrowed(bytes));
        }
        let mut rewriter = Rewriter { records: &self.records, out: Vec::with_capacity(bytes.len() + 16) };
        rewriter.value(&self.plan, &mut Decoder::new(bytes))?;
        Ok(Cow::Owned(rewriter.out))
    }

    /// Returns whether the messages need no conversion.
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self.plan, Plan::Same(_))
    }
}

/// Prints only whether messages are converted.
impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolution").field("is_same", &self.is_same()).finish_non_exhaustive()
    }
}

struct Rewriter<'r> {
    records: &'r [WriterRecord],
    out: Vec<u8>,
}

impl Rewriter<'_> {
    fn value(&mut self, plan: &Plan, input: &mut Decoder<'_>) -> Result<(), DecodeError> {
        match plan {
            Plan::Same(ty) => {
                let start = input.offset();
                self.skip(ty, input, DEEPEST)?;
                self.out.extend_from_slice(input.since(start));
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "Avro's rule for a `long` that is read as a `double`"
            )]
            Plan::LongToDouble => encoder::double(&mut self.out, input.long()? as f64),
            Plan::FloatToDouble => encoder::double(&mut self.out, f64::from(input.float()?)),
            Plan::Absent => self.out.push(0),
            Plan::Present(some) => {
                encoder::long(&mut self.out, 1);
                self.value(some, input)?;
            }
            Plan::Branches(plans) => {
                let plan = input.branch(|branch| plans.get(branch).and_then(Option::as_ref))?;
                self.value(plan, input)?;
            }
            Plan::Array(item) => {
                self.items(input, |rewriter, input| rewriter.value(item, input))?;
            }
            Plan::Map(value) => {
                self.items(input, |rewriter, input| {
                    encoder::bytes(&mut rewriter.out, input.bytes()?);
                    rewriter.value(value, input)
                })?;
            }
            Plan::Record(record) => self.record(record, input)?,
        }
        Ok(())
    }

    /// Converts the items of an array or a map, block by block.
    fn items(
        &mut self,
        input: &mut Decoder<'_>,
        mut item: impl FnMut(&mut Self, &mut Decoder<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut index = 0;
        while let Some(count) = input.block()? {
            // The count was read as an `i64`, so it fits. Each item takes at least one byte, so if the count is too
            // large, the loop ends with the input.
            encoder::long(&mut self.out, i64::try_from(count).unwrap_or(i64::MAX));
            for _ in 0..count {
                item(self, input).map_err(|error| error.in_item(index))?;
                index += 1;
            }
        }
        self.out.push(0);
        Ok(())
    }

    fn record(&mut self, plan: &RecordPlan, input: &mut Decoder<'_>) -> Result<(), DecodeError> {
        let written = &self.records[plan.writer].fields;
        // The offsets of the writer's fields so far, because the reader may want them in another order.
        let mut starts = Vec::with_capacity(written.len());
        for FieldPlan { name, source } in &plan.fields {
            match source {
                Source::Default(bytes) => self.out.extend_from_slice(bytes),
                Source::Written(index, plan) => {
                    for field in written.iter().take(*index).skip(starts.len()) {
                        starts.push(input.offset());
                        self.skip(&field.ty, input, DEEPEST)?;
                    }
                    match starts.get(*index) {
                        Some(&start) => input.at(start).field(name, |input| self.value(plan, input))?,
                        None => {
                            starts.push(input.offset());
                            input.field(name, |input| self.value(plan, input))?;
                        }
                    }
                }
            }
        }
        written.iter().skip(starts.len()).try_for_each(|field| self.skip(&field.ty, input, DEEPEST))
    }

    /// Reads past a value.
    fn skip(&self, ty: &Type, input: &mut Decoder<'_>, depth: usize) -> Result<(), DecodeError> {
        let Some(depth) = depth.checked_sub(1) else { return Err(input.too_deep()) };
        match ty {
            Type::Null => Ok(()),
            Type::Boolean => input.boolean().map(drop),
            Type::Int | Type::Long | Type::Enum => input.long().map(drop),
            Type::Float => input.float().map(drop),
            Type::Double => input.double().map(drop),
            Type::String | Type::Bytes => input.bytes().map(drop),
            Type::Fixed(size) => input.fixed(*size).map(drop),
            Type::Array(items) => skip_blocks(input, |input| self.skip(items, input, depth)),
            Type::Map(values) => skip_blocks(input, |input| {
                input.bytes()?;
                self.skip(values, input, depth)
            }),
            Type::Union(branches) => {
                let branch = input.branch(|branch| branches.get(branch))?;
                self.skip(branch, input, depth)
            }
            Type::Record(index) => {
                self.records[*index].fields.iter().try_for_each(|field| self.skip(&field.ty, input, depth))
            }
        }
    }
}

fn skip_blocks(
    input: &mut Decoder<'_>,
    mut item: impl FnMut(&mut Decoder<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    while let Some(count) = input.block()? {
        for _ in 0..count {
            let start = input.offset();
            item(input)?;
            // If one item takes no bytes, no item does, and a short message can claim any number of them.
            if input.offset() == start {
                break;
            }
        }
    }
    Ok(())
}
