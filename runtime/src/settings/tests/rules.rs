//! Rules for single spans: how they are written, added up, and what is told of mistakes.

use super::support::*;
use crate::settings::Scalar;
use tracing_core::Level;

#[test]
fn a_rule_is_read_with_all_that_it_says() {
    let settings = file(
        "[[observability.span]]\n\
         function = 'planner::*'\n\
         target = 'shop'\n\
         at_level = 'INFO'\n\
         enabled = true\n\
         level = 'debug'\n\
         sample_rate = 0.5\n\
         capture = ['query']\n\
         redact = 'token, *password*'\n\
         rename = 'plan'\n\
         attributes = { a = 'x', b = 0x10, c = 1.5, d = true }\n\
         [[observability.span]]\n\
         enabled = false\n",
    )
    .settings();
    let [rule, last] = &settings.span_rules[..] else { panic!("{:?}", settings.span_rules) };
    assert_eq!(rule.function.as_deref(), Some("planner::*"));
    assert_eq!((rule.target.as_deref(), rule.rename.as_deref()), (Some("shop"), Some("plan")));
    assert_eq!((rule.at_level, rule.level), (Some(Level::INFO), Some(Level::DEBUG)));
    assert_eq!((rule.enabled, rule.sample_rate), (Some(true), Some(0.5)));
    assert_eq!(rule.capture, Some(vec!["query".to_owned()]));
    assert_eq!(rule.redact, Some(vec!["token".to_owned(), "*password*".to_owned()]));
    let attributes: Vec<_> = rule.attributes.values().cloned().collect();
    let text = Scalar::Text("x".into());
    assert_eq!(attributes, [text, Scalar::Integer(16), Scalar::Float(1.5), Scalar::Flag(true)]);
    assert_eq!((last.enabled, last.function.clone()), (Some(false), None));
}

#[test]
fn rules_of_a_higher_source_come_after_those_of_a_lower_one() {
    let rename = |name: &str| format!("[{{ rename = '{name}' }}]");
    let case = file(
        "[[observability.span]]\nrename = 'file'\n\
         [[profiles.production.observability.span]]\nrename = 'profile'\n",
    )
    .variable("SYN_PROFILE", "production")
    .variable("SYN_OBSERVABILITY__SPAN", &rename("variable"))
    .builder("span", "{ rename = 'builder' }");
    let rules = case.settings().span_rules;
    let names: Vec<_> = rules.iter().filter_map(|rule| rule.rename.as_deref()).collect();
    assert_eq!(names, ["file", "profile", "variable", "builder"]);
    assert_eq!(case.plan().0.rules, rules);
    assert_eq!(rules[2].origin.to_string(), "the variable `SYN_OBSERVABILITY__SPAN`");
}

#[test]
fn all_mistakes_of_all_rules_are_told_at_once_with_their_places() {
    let case = file(
        "[[observability.span]]\n\
         functon = 'x'\n\
         enabled = 'yes'\n\
         [[observability.span]]\n\
         level = 'inf'\n\
         sample_rate = 50\n\
         capture = [1]\n\
         redact = ['']\n\
         attributes = { list = [1] }\n\
         [[observability.span]]\n\
         function = ''\n\
         [[observability.span]]\n\
         target = 'shop'\n",
    );
    let errors = case.errors();
    for (at, parts) in [
        ("2:1", &["`span.functon` is not a known key", "the nearest key is `function`"][..]),
        ("3:11", &["`span.enabled` is `'yes'`, but must be `true` or `false`"]),
        ("5:9", &["`span.level` is `'inf'`, but must be `error`, `warn`", "nearest is `info`"]),
        ("6:15", &["`span.sample_rate` is `50`", "0.0 to 1.0", "may be meant as `0.5`"]),
        ("7:11", &["`span.capture` is `[1]`, but must be a list of names"]),
        ("8:10", &["`span.redact` is `['']`", "an empty text is no name"]),
        ("9:14", &["`span.attributes` is", "but must be a table of texts", "`list` is `[1]`"]),
        ("11:12", &["`span.function` is `''`, but must be a text that is not empty"]),
        ("12:1", &["a `span` rule says nothing of the spans that it is for", "`enabled`"]),
    ] {
        let at = format!("Synndicate.toml:{at}");
        let error = errors
            .iter()
            .find(|error| error.contains(&format!("in {at}\n")) || error.ends_with(&at));
        assert_holds(error.unwrap_or_else(|| panic!("{at} in {errors:#?}")), parts);
    }
    assert_eq!(errors.len(), 9, "{errors:#?}");
}

#[test]
fn numbers_that_cannot_be_sent_as_they_are_written_are_refused() {
    for number in
        ["nan", "-nan", "inf", "+inf", "1e999", "9223372036854775808", "-9_223_372_036_854_775_809"]
    {
        let error = keys(&format!("span = [{{ attributes = {{ tier = {number} }} }}]")).error();
        let what = format!("`tier` is `{number}`");
        assert_holds(&error, &["must be a table of texts, flags and numbers, which are", &what]);
    }
    let attributes = "{ a = -9_223_372_036_854_775_808, b = 9223372036854775808.0 }";
    let settings = keys(&format!("span = [{{ attributes = {attributes} }}]")).settings();
    let attributes: Vec<_> = settings.span_rules[0].attributes.values().cloned().collect();
    assert_eq!(attributes, [Scalar::Integer(i64::MIN), Scalar::Float(9_223_372_036_854_775_808.0)]);
}

#[test]
fn what_is_no_rule_says_how_one_is_written() {
    for (value, part) in [
        ("1", "`span` is `1`, but must be a list of tables"),
        ("[1]", "`span` holds `1`, which is no table"),
    ] {
        let error = keys(&format!("span = {value}")).error();
        assert_holds(&error, &[part, "a rule is a table `[[observability.span]]`"]);
    }
    let error = variable("SYN_OBSERVABILITY__SPAN", "[{ rename = }]").error();
    assert_holds(&error, &["`span` is not a list of TOML tables", "SYN_OBSERVABILITY__SPAN"]);
}
