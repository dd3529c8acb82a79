//! What compiles with `#[traced]`, and what people are told where it does not.

#[test]
fn everything_that_rust_can_write_compiles() {
    trybuild::TestCases::new().pass("ui/traced/pass/*.rs");
}

#[test]
fn mistakes_are_reported_at_the_word_that_caused_them() {
    trybuild::TestCases::new().compile_fail("ui/traced/fail/*.rs");
}
