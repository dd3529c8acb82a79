//! `crate = "…"` where a package has this crate under another name.

use futures::FutureExt as _;
use synndicate::testing::capture;
use synndicate_tests_renamed::{Tool, halve, later};

#[test]
fn functions_of_a_crate_that_renames_us_are_recorded() {
    let spans = capture(|| {
        assert_eq!(halve(4, "half"), Ok(2));
        assert_eq!(later(5).now_or_never(), Some(5));
        assert_eq!(Tool.run(6).now_or_never(), Some(6));
    });
    let halve = spans.one("halve");
    assert_eq!(halve.attribute("n"), Some(&4.into()));
    assert_eq!(halve.attribute("text"), Some(&"half".into()));
    assert_eq!(halve.attribute("result"), Some(&2.into()));
    let path = "synndicate_tests_renamed::halve";
    assert_eq!(halve.attribute("code.function.name"), Some(&path.into()));
    assert_eq!(spans.one("later").attribute("result"), Some(&5.into()));
    let run = spans.one("Tool::run");
    assert_eq!(run.attribute("result"), Some(&6.into()));
    assert_eq!(run.attribute("gen_ai.tool.name"), Some(&"Tool".into()));
}
