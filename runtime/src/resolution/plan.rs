//! Compares the schema of a writer with the event's, and plans how to convert its messages.

use super::{
    ResolutionError,
    types::{Type, WriterRecord},
};
use crate::schema::{Field, Record, Schema};

/// The name of the record in which Python wraps every event.
const EVENT_RECORD: &str = "CloudEvent";

/// How to turn a value of the writer into the reader's bytes.
pub(super) enum Plan {
    /// The bytes are the same.
    Same(Type),
    /// Both numbers are stored as a `long`.
    LongToDouble,
    FloatToDouble,
    /// Reads no bytes: the optional has no value.
    Absent,
    /// The value becomes an optional with that value.
    Present(Box<Plan>),
    /// A plan for each branch of the writer's union. A branch without a plan is a value that the reader cannot have.
    Branches(Vec<Option<Plan>>),
    Array(Box<Plan>),
    Map(Box<Plan>),
    Record(RecordPlan),
}

pub(super) struct RecordPlan {
    /// The index of the writer's record.
    pub(super) writer: usize,
    /// In the order of the reader's fields.
    pub(super) fields: Vec<FieldPlan>,
}

pub(super) struct FieldPlan {
    pub(super) name: &'static str,
    pub(super) source: Source,
}

/// Where the reader's field comes from.
pub(super) enum Source {
    /// The writer's field with this index.
    Written(usize, Plan),
    /// The Avro bytes of the default.
    Default(Vec<u8>),
}

pub(super) struct Planner<'a> {
    records: &'a [WriterRecord],
    /// The names of the reader's fields, the outermost first.
    path: Vec<&'static str>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(records: &'a [WriterRecord]) -> Self {
        Self { records, path: Vec::new() }
    }

    pub(super) fn event(&mut self, writer: &Type, data: &'static [Field]) -> Result<Plan, ResolutionError> {
        match writer {
            Type::Record(index) => self.record(*index, EVENT_RECORD, data),
            _ => Err(self.wrong(format!(
                "the schema is not a record `{EVENT_RECORD}`, but {}",
                writer.description(self.records)
            ))),
        }
    }

    fn plan(&mut self, writer: &Type, reader: &Schema) -> Result<Plan, ResolutionError> {
        match (writer, reader) {
            (Type::Union(branches), _) => self.union(branches, reader),
            (Type::Null, Schema::Optional(_)) => Ok(Plan::Absent),
            (_, Schema::Optional(some)) => Ok(Plan::Present(Box::new(self.plan(writer, some)?))),
            (Type::Boolean, Schema::Boolean)
            | (Type::Int | Type::Long, Schema::Long)
            | (Type::Double, Schema::Double)
            | (Type::String | Type::Bytes, Schema::String | Schema::PersonalString | Schema::Bytes) => {
                Ok(Plan::Same(writer.clone()))
            }
            (Type::Int | Type::Long, Schema::Double) => Ok(Plan::LongToDouble),
            (Type::Float, Schema::Double) => Ok(Plan::FloatToDouble),
            (Type::Array(items), Schema::Array(part)) => self.items(writer, items, part, Plan::Array),
            (Type::Map(values), Schema::Map(part)) => self.items(writer, values, part, Plan::Map),
            (Type::Record(index), Schema::Record(record)) => {
                let Record { name, fields, .. } = record.get();
                self.record(*index, name, fields)
            }
            _ => {
                let writer = writer.description(self.records);
                Err(self.wrong(format!("expected {}, but the writer has {writer}", description(reader))))
            }
        }
    }

    fn items(
        &mut self,
        writer: &Type,
        items: &Type,
        part: &Schema,
        plan: fn(Box<Plan>) -> Plan,
    ) -> Result<Plan, ResolutionError> {
        // If items take no bytes, a short message can claim any number of them.
        if items.is_empty(self.records) && matches!(writer, Type::Array(_)) {
            return Err(self.wrong("the writer's items take no bytes"));
        }
        Ok(match self.plan(items, part)? {
            Plan::Same(_) => Plan::Same(writer.clone()),
            item => plan(Box::new(item)),
        })
    }

    /// If the reader cannot have a branch, only messages with that branch fail. At least one branch must fit.
    fn union(&mut self, branches: &[Type], reader: &Schema) -> Result<Plan, ResolutionError> {
        let depth = self.path.len();
        let mut first_error = None;
        let mut plans = Vec::with_capacity(branches.len());
        for branch in branches {
            match self.plan(branch, reader) {
                Ok(plan) => plans.push(Some(plan)),
                Err(error) => {
                    plans.push(None);
                    first_error.get_or_insert(error);
                    // After an error inside a record, the path still ends in names of its fields.
                    self.path.truncate(depth);
                }
            }
        }
        let same = match plans.as_slice() {
            [Some(Plan::Absent), Some(Plan::Present(some))] => matches!(**some, Plan::Same(_)),
            _ => false,
        };
        match first_error {
            _ if same => Ok(Plan::Same(Type::Union(branches.into()))),
            Some(error) if plans.iter().all(Option::is_none) => Err(error),
            _ => Ok(Plan::Branches(plans)),
        }
    }

    fn record(
        &mut self,
        index: usize,
        name: &str,
        fields: &'static [Field],
    ) -> Result<Plan, ResolutionError> {
        let writer = &self.records[index];
        if writer.name != name {
            return Err(self.wrong(format!("expected record `{name}`, but the writer has `{}`", writer.name)));
        }
        let mut plans = Vec::with_capacity(fields.len());
        for field in fields {
            self.path.push(field.name);
            let source = self.source(writer, field)?;
            self.path.pop();
            plans.push(FieldPlan { name: field.name, source });
        }
        let is_same = |(number, plan): (usize, &FieldPlan)| matches!(plan.source, Source::Written(index, Plan::Same(_)) if index == number);
        if plans.len() == writer.fields.len() && plans.iter().enumerate().all(is_same) {
            return Ok(Plan::Same(Type::Record(index)));
        }
        Ok(Plan::Record(RecordPlan { writer: index, fields: plans }))
    }

    fn source(&mut self, writer: &WriterRecord, field: &'static Field) -> Result<Source, ResolutionError> {
        if let Some(index) = writer.fields.iter().position(|other| other.name == field.name) {
            return Ok(Source::Written(index, self.plan(&writer.fields[index].ty, &field.schema)?));
        }
        let mut bytes = Vec::new();
        match (field.default, field.schema) {
            (Some(default), _) => default(&mut bytes),
            (None, Schema::Optional(_)) => bytes.push(0),
            (None, _) => return Err(self.wrong("the writer does not have it, and it has no default")),
        }
        Ok(Source::Default(bytes))
    }

    fn wrong(&self, problem: impl Into<String>) -> ResolutionError {
        ResolutionError::new(self.path.join("."), problem)
    }
}

fn description(schema: &Schema) -> String {
    let word = match schema {
        Schema::Boolean => "boolean",
        Schema::Long => "long",
        Schema::Double => "double",
        Schema::String | Schema::PersonalString => "string",
        Schema::Bytes => "bytes",
        Schema::Unknown => "a type without an Avro form",
        Schema::Array(items) => return format!("array of {}", description(items)),
        Schema::Map(values) => return format!("map of {}", description(values)),
        Schema::Optional(some) => return description(some),
        Schema::Record(record) => return format!("record `{}`", record.get().name),
    };
    word.to_owned()
}
