//! What compiles with `#[traced]`, and what people are told where it does not.

#[test]
fn everything_that_rust_can_write_compiles() {
    trybuild::TestCases::new().pass("ui/traced/pass/*.rs");
}

#[test]
fn mistakes_are_reported_at_the_word_that_caused_them() {
    trybuild::TestCases::new().compile_fail("ui/traced/fail/*.rs");
}

#[test]
fn half_written_functions_are_told_of_as_without_the_attribute() {
    /// The errors and their places.
    fn errors(told: &str) -> Vec<String> {
        let lines = told.lines().filter(|line| line.starts_with("error") || line.contains("-->"));
        lines.map(|line| line.trim().replace("half_written_without", "half_written")).collect()
    }
    let traced = errors(include_str!("../ui/traced/fail/half_written.stderr"));
    let plain = errors(include_str!("../ui/traced/fail/half_written_without.stderr"));
    assert_eq!(traced.len(), 6);
    assert_eq!(traced, plain);
}
