//! What must not compile, with the message that says so, and what must compile.
//!
//! `TRYBUILD=overwrite cargo test -p openedx-events-ui-tests --test ui` writes the messages anew. Read what
//! it changed: a message is part of the manual.

#[test]
fn what_must_not_compile() {
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}

#[test]
fn what_must_compile() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
