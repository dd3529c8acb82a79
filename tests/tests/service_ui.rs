//! What the compiler says of `#[traced_service]`: every mistake at its word, all of them at once, and no second wave.

#[test]
fn services_compile_or_say_why_not() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/service/pass/*.rs");
    cases.compile_fail("ui/service/fail/*.rs");
}
