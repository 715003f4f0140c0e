//! Help that the test does not follow, because it asks for more than a change of a line.

/// Such instructions, with the reason. If a help offers nothing else, the test leaves out the item with the mistake.
const LEFT: &[(&str, &str)] = &[
    ("undo the change", "only the contract knows what was there"),
    ("add the data as a new data key at the end", "only the author knows the data"),
    (
        "write `minor_version = 1`, and add the data keys of that version",
        "only the contract knows the data keys",
    ),
    ("restore the published file", "only the repository has it"),
    ("replace it with the fact behind the decision", "only the author knows the fact"),
    ("an event for each outcome", "these are other events"),
    ("use a `#[payload]` struct with an `Option` field as the inner type", "this is another payload"),
    ("implement `", "this is code of the author"),
    ("use the standard type", "the case has none in scope"),
    ("refer to this type by another name", "the type is not the standard one anywhere in the case"),
    ("give a value, as in `default = …`", "only the author knows the value"),
    ("rename one of the two structs", "the two are in different modules"),
    ("encode the event that it is part of", "only the author knows the event"),
    ("remove `local_only` from its `#[event(…)]`", "the payload in the case has none"),
    ("put `#[event(type = \"…\")]` on the struct", "the struct is in another crate"),
    ("write it with letters from `a` to `z`", "only the author knows the word"),
    ("add a field that identifies what changed", "only the author knows the field"),
    // Items of another shape
    ("add a field", "only the author knows the data"),
    ("add named fields", "only the author knows the data"),
    ("write a struct with named fields", "only the author knows the data"),
    ("put the attribute on a struct with named fields", "there is no struct"),
    ("name the fields, as in `{", "only the author knows the names"),
    ("write the types of the fields", "only the author knows the types"),
    ("write `enrollment: &T`, where `T`", "only the event knows the type"),
    ("write the types of the data keys", "only the author knows the data keys"),
    ("write the type of the data key instead of `impl …`", "only the author knows the data key"),
    ("write a plain `fn` with a parameter for each data key", "only the author knows the data keys"),
    ("use letters from `A` to `Z`", "only the author knows the name"),
    ("remove the `where` clause", "the clause has several lines"),
    ("put `#[receiver(…)]` on a `fn`", "there is no function"),
    ("write a path such as `key = ", "the path is of another event"),
    ("remove the data", "the other variants hold data as well"),
    ("wrap the value", "this is another type"),
    ("wrap larger numbers", "this is another type"),
    ("remove the parameters", "the data uses them"),
    ("derive `Default` on the enum", "this is another attribute"),
    ("add its texts as variants", "only the author knows the texts"),
    ("write `struct ", "the struct has several lines"),
    ("write the type of the value", "only the author knows the type"),
    ("wrap one value that implements", "only the author knows the value"),
    ("wrap a type that implements", "only the author knows the type"),
    ("name the fields and remove `text`", "only the author knows the names"),
    ("name the field, as in `{", "only the author knows the name"),
    ("write the arguments above the struct", "the attribute is on the value"),
    ("if it belongs to another crate and implements", "the type is not of another crate"),
    ("write `#[receiver(…)] fn", "there is no function"),
    ("write a receiver for each build", "this is another item"),
    ("convert the value first", "only the author knows how"),
    ("make it a free function", "the function moves to another item"),
    ("write `async fn`, and return the output of the future", "the body changes as well"),
    ("name the data keys that the events share", "only the author knows what the receiver needs"),
    ("move it out of the `impl` or `trait`", "the function moves to another item"),
    ("write it in Rust, outside of `extern`", "only the author knows the body"),
    ("write the paths of the events' statics", "only the author knows which"),
];

/// Cases whose help the test does not follow, with the reason.
const CASES: &[(&str, &str)] = &[
    ("event/all_mistakes_at_once", "two messages are about one string"),
    ("event/allow_forms", "the rules in its waivers are kept"),
    ("event/allow_error_rule_of_types", "only without the waiver does the compiler check the type"),
    ("receiver/signal_forms", "its forms name no signal"),
    ("event/field_reserved_with_receiver", "a data key has the name of the attribute"),
    ("signal/methods_of_django", "its calls have other arguments"),
    ("event/event_shape_with_receiver", "its receiver needs the fields"),
    ("event/field_type_through_macro_rules", "its types come from a macro"),
    ("payload/custom_type_represents_itself", "its types come from a macro"),
    ("event/field_type_borrowed_and_used", "its code uses the borrowed types"),
    ("contract/contract_and_field_type", "the contract says which of the types is right"),
];

/// Returns whether the case is one of these.
pub(crate) fn is_left_case(name: &str) -> bool {
    CASES.iter().any(|(case, _)| *case == name)
}

/// Returns whether the instruction is one of these.
pub(crate) fn is_left(instruction: &str) -> bool {
    LEFT.iter().any(|(start, _)| instruction.starts_with(start))
}

/// Returns the instructions that no case has.
pub(crate) fn unused(instructions: &[String]) -> Vec<String> {
    let is_used = |start: &str| instructions.iter().any(|instruction| instruction.starts_with(start));
    let unused = LEFT.iter().filter(|(start, _)| !is_used(start));
    unused.map(|(start, _)| format!("no help says `{start}`: remove it from `left.rs`")).collect()
}
