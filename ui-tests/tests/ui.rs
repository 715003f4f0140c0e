//! Checks that the cases in `fail` do not compile, and show the expected messages, and that the cases in `pass`
//! compile.
//!
//! `TRYBUILD=overwrite cargo test -p openedx-events-ui-tests --test ui` writes the messages again. Read the changes:
//! messages are part of the manual.

#[test]
fn failing_cases_do_not_compile() {
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}

#[test]
fn passing_cases_compile() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
